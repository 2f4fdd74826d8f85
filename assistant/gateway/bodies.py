"""Reads a JSON body once, at the edge, and says in the contract's shape what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request

from assistant.gateway.errors import ApiError

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        ApiError: 415 without `application/json`, 400 for anything but a JSON object.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiError(415, "json_required", "请求须为 JSON（Content-Type: application/json）。")
    raw = await request.body()
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid_json", "请求内容不是有效的 JSON。") from None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_json", "请求内容须为 JSON 对象。")
    return body


def text_field(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a field that must be text.

    Raises:
        ApiError: 400 when it is something else, or missing without a default.
    """
    value = body.get(name, default)
    if not isinstance(value, str):
        raise _invalid(name, "必须是文字")
    return value


def id_field(body: dict[str, Any], name: str) -> str:
    """Return a field that must be an id of 1 to 64 letters, digits, `_` or `-`.

    Raises:
        ApiError: 400 when it is not.
    """
    value = text_field(body, name)
    if not _SAFE_ID.fullmatch(value):
        raise _invalid(name, "须为 1 到 64 个字母、数字、“_”或“-”")
    return value


def truth_field(body: dict[str, Any], name: str) -> bool:
    """Return a field that must be true or false.

    Raises:
        ApiError: 400 when it is not.
    """
    value = body.get(name)
    if not isinstance(value, bool):
        raise _invalid(name, "必须是 true 或 false")
    return value


def _invalid(name: str, reason: str) -> ApiError:
    """Return the refusal of one field."""
    return ApiError(400, "invalid_field", f"{name}：{reason}。", {name: reason})
