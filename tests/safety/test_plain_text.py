"""The spelling in which signs are compared: one form for many ways of typing."""

from __future__ import annotations

import pytest

from assistant.safety.plain_text import plain_text

PICTURES = {"🔥": "着火了", "🆘": "救命"}


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        pytest.param("着 火 了", "着火了", id="blanks"),
        pytest.param("救.命.啊", "救命啊", id="dots"),
        pytest.param("着，火，了", "着火了", id="commas between single characters"),
        pytest.param("我家，着火了", "我家,着火了", id="a comma between words stays"),
        pytest.param("著火啦！樓下", "著火啦!楼下", id="traditional"),
        pytest.param("🔥快来", "着火了快来", id="picture"),
        pytest.param("火\u200b灾", "火灾", id="zero width"),
        pytest.param("ＦＩＲＥ", "fire", id="full width"),
        pytest.param("救命命命命命", "救命", id="repeated"),
        pytest.param("1 1 9", "119", id="digits"),
        pytest.param("\ud800火", "火", id="lone surrogate"),
        pytest.param("", "", id="empty"),
    ],
)
def test_what_is_typed_is_brought_to_one_spelling(typed: str, plain: str) -> None:
    """Whoever types in fear is understood like whoever types well."""
    assert plain == plain_text(typed, PICTURES)
