"""Hostile input: how hard it is tried and what it is made of.

`HYPOTHESIS_PROFILE=soak` tries thirty times as much, with other examples every time.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

IS_SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
TIMES = 30 if IS_SOAK else 1
# A module that takes long in a soak says `pytestmark = PATIENCE`.
PATIENCE = pytest.mark.timeout(3600 if IS_SOAK else 300)


def tried(examples: int) -> settings:
    """Return how often a property is tried; the same examples every time but in a soak."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=not IS_SOAK,
        database=None,
        print_blob=IS_SOAK,
        # The fixtures are servers and folders that all examples of a test share on purpose.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# What broke others, and what our own code gives a meaning to.
PIECES = (
    "社保卡丢了", "公积金", "着火了", "救命", "想死", "的" * 60, "\u3000", "／restart", "/restart",
    "/inform{}", "{", "}", "{{7*7}}", "{%", "${HOME}", "%s%n", "<script>", "</textarea>", "&amp;",
    "'; --", '"', "\\", "\\ud800", "=1+1", "@SUM(", "../..", "javascript:", "data:,",
    "\0", "\ud800", "\udfff\ud800", "\ufeff", "\ufffe", "\U0010ffff", "\ue000", "\x07\x1b[2J",
    "\u200b", "\u200d", "\u202e", "\u2066", "\u2028", "\x85", "\r", "\n", "\n\n\n", "\t", " ",
    "e\u0301", "\u0301" * 40, "\u1100", "\u1161", "\u0bc6", "\u0bbe", "\ufdfa", "㏠", "㋀", "ﬃ",
    "👨‍👩‍👧", "🔥", "👍🏽", "ｆｕｌｌ", "①②", "١٢٣", "丟失補辦", "𠀀", "İ", "ß", "ſ",
    "13812345678", "11010519491231002X", "6222021234567894", "0512-62881234", "浙A12345",
    "zhang@qq.com", "长江路128号", "一三八一二三四五六七八", "****", "+86", "VX: abc-12345",
)  # fmt: skip


def _is_utf8(text: str) -> bool:
    """Return whether a text can be written to a file."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _texts(pieces: tuple[str, ...], anything: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts of pieces and of anything between them, long ones as well."""
    mixed = st.lists(st.sampled_from(pieces) | anything, max_size=12).map("".join)
    return mixed | st.builds(str.__mul__, mixed, st.sampled_from((1, 1, 7, 90)))


# Any Python text, lone surrogates too; and what a UTF-8 file can hold.
TEXTS = _texts(PIECES, st.text(st.characters(), max_size=8))
FILE_TEXTS = _texts(tuple(filter(_is_utf8, PIECES)), st.text(max_size=8))


def _json_values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return what JSON can hold, huge numbers too."""
    single = st.none() | st.booleans() | st.integers() | st.floats() | texts
    odd = st.sampled_from((10**400, -1, 2**63, 1e308))
    return st.recursive(
        single | odd,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    )


JSON_VALUES = _json_values(TEXTS)
FILE_JSON_VALUES = _json_values(FILE_TEXTS)
DEEP_LINE = b'{"id": ' + b"[" * 100_000
