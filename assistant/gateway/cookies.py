"""Who is talking: a signed cookie that names the conversation, and nothing else."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from assistant.gateway.errors import ApiError

COOKIE = "wenban_session"
MAX_AGE_SECONDS = 180 * 24 * 3600


class SessionCookies:
    """Signs and reads the session cookie."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="wenban-web-session")

    def put(self, request: Request, response: Response, conversation_id: str) -> None:
        """Set the cookie; `Secure` when the citizen came over HTTPS."""
        response.set_cookie(
            COOKIE,
            self._signer.dumps(conversation_id),
            max_age=MAX_AGE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def conversation_id(self, request: Request) -> str:
        """Return the conversation of a request.

        Raises:
            ApiError: 401 when the cookie is missing, forged or too old.
        """
        try:
            value = self._signer.loads(request.cookies[COOKIE], max_age=MAX_AGE_SECONDS)
        except (KeyError, BadSignature):
            value = None
        if not isinstance(value, str):
            raise ApiError(
                401,
                "session_required",
                "会话不存在或已失效，请刷新页面（先 POST /api/chat/session）后重试。",
            )
        return value
