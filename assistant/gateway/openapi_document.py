"""The OpenAPI 3.1 document of the gateway's JSON routes, as data.

A test compares `OPERATIONS` with the routes, so neither grows without the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import assistant
from assistant.gateway.cookies import COOKIE
from assistant.gateway.openapi_schemas import ref, schemas
from assistant.gateway.routes.knowledge import MAX_QUERY_CHARS

ERROR_WORDS = {
    400: "字段缺失、格式不对或内容为空",
    401: "没有会话，或会话已失效",
    403: "不允许：来自别的网站，或不在本机且没有令牌",
    404: "没有找到",
    409: "同一编号已用于另一条内容",
    413: "内容太长",
    415: "内容类型不是 JSON",
    429: "发送太快；见 Retry-After",
    503: "没有受理：暂时无法受理，请拨打12345",
}


@dataclass(frozen=True)
class Operation:
    """One method of one address: what it takes, what it gives, how it refuses."""

    method: str
    path: str
    name: str
    summary: str
    answers: dict[int, str]
    refusals: tuple[int, ...] = ()
    body: str = ""
    parameters: tuple[dict[str, Any], ...] = ()
    media_type: str = "application/json"
    needs_session: bool = field(default=False, kw_only=True)


def _parameter(
    name: str, where: str, *, is_required: bool = False, max_chars: int | None = None
) -> dict[str, Any]:
    """Return a text parameter; one that is required may not be empty."""
    schema: dict[str, Any] = {"type": "string"}
    if is_required:
        schema["minLength"] = 1
    if max_chars is not None:
        schema["maxLength"] = max_chars
    return {"name": name, "in": where, "required": is_required, "schema": schema}


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "/api/chat/session",
        "create_session",
        "新建会话",
        {201: "Session"},
        (403, 413, 429, 503),
    ),
    Operation(
        "post",
        "/api/chat/messages",
        "post_message",
        "发送消息：先保存，再最多等4秒",
        {200: "MessageResult", 202: "MessageResult"},
        (400, 401, 403, 409, 413, 415, 429, 503),
        body="NewMessage",
        needs_session=True,
    ),
    Operation(
        "get",
        "/api/chat/events",
        "stream_events",
        "答复事件流（SSE）：事件 reply，数据为 Reply",
        {200: ""},
        (401, 429),
        parameters=(_parameter("Last-Event-ID", "header"), _parameter("after", "query")),
        media_type="text/event-stream",
        needs_session=True,
    ),
    Operation(
        "post",
        "/api/chat/feedback",
        "post_feedback",
        "评价一条答复",
        {200: "FeedbackResult"},
        (400, 401, 403, 404, 413, 415, 429, 503),
        body="NewFeedback",
        needs_session=True,
    ),
    Operation(
        "get",
        "/api/chat/history",
        "show_history",
        "读取会话记录",
        {200: "History"},
        (401, 429, 503),
        needs_session=True,
    ),
    Operation(
        "get",
        "/api/kb/search",
        "search_entries",
        "搜索公开知识",
        {200: "SearchResult"},
        (400, 413, 429, 503),
        parameters=(_parameter("q", "query", is_required=True, max_chars=MAX_QUERY_CHARS),),
    ),
    Operation("get", "/healthz", "show_health", "运行状态", {200: "Health"}),
    Operation(
        "get",
        "/metrics",
        "show_metrics",
        "运行指标（Prometheus）",
        {200: ""},
        (403,),
        media_type="text/plain",
    ),
)


def openapi_document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "问办 HTTP API", "version": assistant.__version__},
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    """Return one operation in OpenAPI's words."""
    answers: dict[str, Any] = {}
    for status, schema in operation.answers.items():
        content = {"schema": ref(schema) if schema else {"type": "string"}}
        answers[str(status)] = {
            "description": operation.summary,
            "content": {operation.media_type: content},
        }
    for status in operation.refusals:
        answers[str(status)] = {
            "description": ERROR_WORDS[status],
            "content": {"application/json": {"schema": ref("Error")}},
        }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": answers,
    }
    if operation.body:
        content = {"application/json": {"schema": ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    if operation.needs_session:
        described["security"] = [{"session": []}]
    return described
