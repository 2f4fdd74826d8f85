"""Every parser under hostile input: an answer or a clear refusal, never a crash.

What is known to fail stands in rows of its own, strictly: who mends it removes the row's mark.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.cli.jsonl import read_rows, written_rows
from assistant.errors import InvalidText, SettingInvalid
from assistant.messages.reply import (
    Button,
    Reply,
    ReplyKind,
    Section,
    Sender,
    Source,
    TicketReference,
)
from assistant.privacy import found, mask
from assistant.safety.card import DangerWatch
from assistant.services import danger_watch
from assistant.settings import SETTINGS, Settings, load_settings, read_dotenv
from assistant.text import MAX_CHARS, MAX_COMBINING, clean_message
from tests.hostile import DEEP_LINE, FILE_TEXTS, JSON_VALUES, PATIENCE, TEXTS, tried

pytestmark = PATIENCE


# ---- Messages of citizens

FORBIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def cleaned(raw: str) -> str | InvalidText:
    """Return a cleaned message or its refusal."""
    try:
        return clean_message(raw)
    except InvalidText as err:
        return err


@tried(300)
@given(raw=TEXTS)
def test_a_cleaned_message_can_be_stored_and_shown(raw: str) -> None:
    """1 to 2,000 characters, none that controls or hides, few marks on one letter."""
    text = cleaned(raw)
    if isinstance(text, InvalidText):
        assert text.code in ("invalid_text", "too_long", "empty")
        return
    assert 1 <= len(text) <= MAX_CHARS
    categories = [unicodedata.category(char) for char in text if char != "\n"]
    assert FORBIDDEN & {*categories} == set()
    marks = "".join("m" if category in ("Mn", "Me") else "." for category in categories)
    assert "m" * (MAX_COMBINING + 1) not in marks
    assert text == text.strip()


@tried(300)
@given(raw=TEXTS)
@example(raw="e\u200d\u0301")
@example(raw="\u1100\u200b\u1161")
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    """What is stored is NFKC, so the same question typed again is the same text."""
    text = cleaned(raw)
    assert isinstance(text, InvalidText) or clean_message(text) == text


# ---- Personal data and danger


@tried(400)
@given(text=TEXTS)
def test_masking_any_text_finds_places_in_it_and_does_not_blow_it_up(text: str) -> None:
    """Findings lie in the text, in order, apart; the mask is hardly longer than the text."""
    findings = found(text)
    edges = [edge for finding in findings for edge in (finding.start, finding.end)]
    assert edges == sorted(edges)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in findings)
    masked = mask(text)
    assert len(masked) <= 2 * len(text)
    kept, done = [], 0
    for finding in findings:
        kept.append(text[done : finding.start])
        done = finding.end
    place = 0
    for part in [*kept, text[done:]]:
        assert part in masked[place:]
        place = masked.index(part, place) + len(part)


NUMBERS = (
    "13812345678", "+86 138 1234 5678", "11010519491231002X", "6222021234567894", "010-65529988",
    "浙A12345", "E12345678", "zhang@qq.com", "幺三八一二三四五六七八", "１３８１２３４５６７８",
)  # fmt: skip
BETWEEN = ("，", "。", " 我的 ", "\n", "：", "（", "）请回电，", "🔥", "社保卡")


@tried(200)
@given(parts=st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(BETWEEN)), max_size=8))
def test_masking_twice_is_masking_once(parts: list[tuple[str, str]]) -> None:
    """A masked text passes through the next mask unchanged, and no number is left in it.

    Numbers glued to numbers or to stars are left out, as the docstring of `privacy` says.
    """
    masked = mask("".join(number + between for number, between in parts))
    assert mask(masked) == masked
    assert not any(number in masked for number in NUMBERS)


@pytest.fixture(scope="module", params=["rules alone", "with weights"])
def danger(request: pytest.FixtureRequest, settings: Settings) -> DangerWatch:
    """What recognises danger, with and without what set-up learned."""
    return danger_watch(settings, is_learned=request.param == "with weights")


@tried(200)
@given(message=TEXTS)
def test_danger_is_looked_for_in_any_text(danger: DangerWatch, message: str) -> None:
    """The same text gives the same alarm, and an alarm has words and a number."""
    alarm = danger.look(message)
    assert danger.look(message) == alarm
    if alarm is not None:
        assert alarm.number.isdecimal()
        assert alarm.number in alarm.text
        assert alarm.text_not_stored


# ---- Replies

ANY = st.text(st.characters(), max_size=20)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
REPLIES = st.builds(
    Reply,
    id=ANY,
    status=ANY,
    text=TEXTS,
    created_at=st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=ZONES),  # noqa: DTZ001
    kind=st.sampled_from(get_args(ReplyKind)),
    buttons=st.lists(st.builds(Button, ANY, ANY), max_size=3).map(tuple),
    entry_id=st.none() | ANY,
    edition=st.none() | ANY,
    sources=st.lists(st.builds(Source, ANY, ANY, ANY, ANY, ANY, ANY), max_size=3).map(tuple),
    ticket=st.none() | st.builds(TicketReference, ANY, ANY),
    hotline_number=st.none() | ANY,
    sender=st.sampled_from(get_args(Sender)),
    sections=st.lists(st.builds(Section, ANY, ANY), max_size=3).map(tuple),
    department=st.none() | ANY,
    last_checked_on=st.none() | ANY,
    also_number=st.none() | ANY,
)


@tried(150)
@given(reply=REPLIES)
def test_a_reply_comes_back_from_json(reply: Reply) -> None:
    """What a worker stores is what the gateway sends."""
    assert reply == Reply.from_dict(json.loads(json.dumps(reply.to_dict())))


@pytest.mark.parametrize(
    "place",
    ["", "buttons", "sections", "ticket",
     "sources"],
)  # fmt: skip
def test_a_reply_of_a_newer_release_is_read(place: str) -> None:
    """Keys that this release does not know are left out, on every level."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    reply = Reply(
        "r", "s", "t", now, buttons=(Button("a", "b"),), sources=(Source("a"),),
        sections=(Section("a", "b"),), ticket=TicketReference("n", "c"),
    )  # fmt: skip
    body = reply.to_dict()
    inner = body[place] if place else body
    (inner[0] if isinstance(inner, list) else inner)["newer"] = "x"
    assert reply == Reply.from_dict(body)


# ---- Settings

ENV_LINES = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from([spec.name for spec in SETTINGS] + ["", "#", "export X", "键"]),
        st.sampled_from(["=", " = ", "", "=="]),
        FILE_TEXTS | st.integers().map(str) | st.sampled_from(["1" * 5000, "'", "INFO", "１２"]),
    ),
    max_size=6,
).map("\n".join)


def loaded(folder: Path, raw: bytes) -> Settings | None:
    """Return the settings of a `.env` file, None for a refusal."""
    (folder / ".env").write_bytes(raw)
    try:
        assert all(map(str.__instancecheck__, read_dotenv(folder / ".env").values()))
        return load_settings({}, folder)
    except SettingInvalid:
        return None


@tried(200)
@given(text=ENV_LINES)
def test_any_env_file_is_settings_or_a_refusal(tmp_path: Path, text: str) -> None:
    """A typing error in `.env` is told with its name or line."""
    found = loaded(tmp_path, text.replace("\0", "").encode())
    assert found is None or 0 <= found.port <= 65535


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("WENBAN_CITY=云州".encode("gbk"), id="not UTF-8"),
        pytest.param(b"WENBAN_HOME=a\0b", id="NUL in a folder"),
    ],
)
def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    """A file saved on Windows is told with its name, not as a traceback."""
    assert loaded(tmp_path, raw) is None


# ---- JSON lines of the command line

JSON_LINES = st.lists(
    FILE_TEXTS
    | st.dictionaries(st.sampled_from(["id", "text", "x"]), JSON_VALUES).map(json.dumps)
    | JSON_VALUES.map(json.dumps),
    max_size=5,
).map(lambda lines: "\n".join(lines).encode())


@tried(200)
@given(raw=st.binary(max_size=60) | JSON_LINES)
def test_any_bytes_are_rows_or_a_refusal(tmp_path: Path, raw: bytes) -> None:
    """The refusal names the file; rows have what was needed and come back when written."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(raw)
    try:
        rows = read_rows(path, ("id",))
    except click.ClickException as err:
        refusal = err.message
    else:
        refusal = ""
    if refusal:
        assert str(path) in refusal
        return
    assert all("id" in row for row in rows)
    written_rows(path, rows, len(rows), "x")
    assert json.dumps(rows) == json.dumps(read_rows(path, ("id",)))


def test_a_deeply_nested_line_is_refused(tmp_path: Path) -> None:
    """The command says which line it was."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(DEEP_LINE)
    with pytest.raises(click.ClickException, match=r"rows\.jsonl:1"):
        read_rows(path, ())
