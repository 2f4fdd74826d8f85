"""Who is talking: a signed cookie that names the conversation and its hour, and nothing else.

The age is ours to judge: the signing library refuses a moment in the future, so that
a clock that steps back, or a second gateway's clock, would end sessions.
"""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from assistant.clock import Clock
from assistant.gateway.errors import ApiError

COOKIE = "wenban_session"
MAX_AGE_SECONDS = 180 * 24 * 3600


class SessionCookies:
    """Signs and reads the session cookie."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._signer = URLSafeSerializer(secret, salt="wenban-web-session-2")
        self._clock = clock

    def put(self, request: Request, response: Response, conversation_id: str) -> None:
        """Set the cookie; `Secure` when the citizen came over HTTPS."""
        response.set_cookie(
            COOKIE,
            self._signer.dumps([conversation_id, int(self._clock().timestamp())]),
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
            conversation_id, issued = self._signer.loads(request.cookies[COOKIE])
            is_valid = self._clock().timestamp() - issued <= MAX_AGE_SECONDS
        except (KeyError, BadSignature, TypeError, ValueError):
            is_valid = False
        if not is_valid:
            raise ApiError(
                401,
                "session_required",
                "会话不存在或已失效，请刷新页面（先 POST /api/chat/session）后重试。",
            )
        return str(conversation_id)
