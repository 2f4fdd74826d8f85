"""One shape for every refusal: `{"error": {"code", "message", "fields"}}`.

`ANSWERS` says which status and words an error of the core becomes; a browser
that asks for a page gets the same words as a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from assistant.errors import (
    ConversationUnknown,
    EditionDamaged,
    EditionNotFound,
    HotlineError,
    InvalidText,
    MessageConflict,
    ReplyUnknown,
    StorageUnavailable,
)

NOT_ACCEPTED = "暂时无法受理，请拨打12345"


class ApiError(HotlineError):
    """A request is refused; the words are for the citizen."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.code, self.message = status, code, message
        self.fields, self.headers = dict(fields or {}), dict(headers or {})
        super().__init__(message)


@dataclass(frozen=True)
class Answer:
    """Status, code and words of one kind of refusal."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


ANSWERS: dict[type[HotlineError], Answer] = {
    MessageConflict: Answer(409, "message_conflict", "这个编号已用于另一条内容，请换一个编号。"),
    ConversationUnknown: Answer(
        401, "session_required", "会话已失效，请刷新页面（POST /api/chat/session）后重试。"
    ),
    ReplyUnknown: Answer(404, "reply_unknown", "没有找到这条答复。"),
    StorageUnavailable: Answer(503, "storage_unavailable", NOT_ACCEPTED, {"Retry-After": "5"}),
    EditionNotFound: Answer(503, "knowledge_unavailable", "知识库暂时无法查看，请拨打12345咨询。"),
    EditionDamaged: Answer(503, "knowledge_unavailable", "知识库暂时无法查看，请拨打12345咨询。"),
}

HTTP_ANSWERS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "请求无法识别。"),
    404: ("not_found", "没有找到这个页面或地址。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方式。"),
    413: ("too_large", "内容太大，请分几次发送。"),
    500: ("internal_error", "服务出了问题，请稍后再试，或拨打12345。"),
}


def error_response(
    status: int,
    code: str,
    message: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an error in the contract's shape."""
    body = {"error": {"code": code, "message": message, "fields": dict(fields or {})}}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


@dataclass(frozen=True)
class Refusal:
    """What a refused request is told; `to_response` may add keys to the contract's shape."""

    status: int
    code: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_response(self, **more: Any) -> JSONResponse:
        """Return the error with more keys beside it."""
        body = {
            "error": {"code": self.code, "message": self.message, "fields": dict(self.fields)},
            **more,
        }
        return JSONResponse(body, status_code=self.status, headers=dict(self.headers))


def answer_error(err: HotlineError) -> Refusal | None:
    """Return what an error says to a client, None for one that is nobody's business."""
    if isinstance(err, ApiError):
        return Refusal(err.status, err.code, err.message, err.fields, err.headers)
    if isinstance(err, InvalidText):
        status = 413 if err.code == "too_long" else 400
        return Refusal(status, err.code, str(err), {"text": str(err)})
    answer = next((answer for kind, answer in ANSWERS.items() if isinstance(err, kind)), None)
    if answer is None:
        return None
    return Refusal(answer.status, answer.code, answer.message, headers=answer.headers)


async def answer_api_error(request: Request, err: Exception) -> Response:
    """Answer an `ApiError`; a browser that opens a page gets its words as a page."""
    if not isinstance(err, ApiError):
        raise err
    return _page_or_json(request, err.status, err.code, err.message, err.headers, err.fields)


async def answer_invalid_text(_request: Request, err: Exception) -> Response:
    """Answer text that cannot be accepted: 413 when too long, else 400."""
    refusal = answer_error(err) if isinstance(err, InvalidText) else None
    if refusal is None:
        raise err
    return refusal.to_response()


async def answer_core_error(request: Request, err: Exception) -> Response:
    """Answer an error of the core by its row in `ANSWERS`."""
    answer = next(answer for kind, answer in ANSWERS.items() if isinstance(err, kind))
    return _page_or_json(request, answer.status, answer.code, answer.message, answer.headers)


async def answer_http_error(request: Request, err: Exception) -> Response:
    """Answer what the framework refuses: no such route, wrong method."""
    if not isinstance(err, HTTPException):
        raise err
    code, message = HTTP_ANSWERS.get(err.status_code, ("refused", "请求被拒绝。"))
    return _page_or_json(request, err.status_code, code, message, err.headers or {})


def _page_or_json(
    request: Request,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Return a page to a browser that opens an address, JSON to everything else."""
    opens_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not opens_page or request.url.path.startswith("/api/"):
        return error_response(status, code, message, fields, headers)
    templates: Jinja2Templates = request.app.state.parts.templates
    context = {"status": status, "message": message}
    return templates.TemplateResponse(request, "error.html", context, status, dict(headers))
