"""Reviewed sentences of the assistant itself: greetings, refusals, ways on.

Reads phrases.yml. `PHRASES` is the table of keys with the placeholders each
must have; the file may have neither more nor fewer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import read_register, was_read

PHRASES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "greeting", "goodbye", "thanks", "bot_challenge", "scope", "chitchat", "abuse",
            "no_entry", "no_entry_close", "options_intro", "request_not_yet", "human_not_yet",
            "progress_not_yet", "appointment", "affirm", "deny", "none_of_these",
            "repeat_nothing", "rate", "withdraw", "add_information", "unavailable", "fallback",
            "place_intro", "hours_unknown_year", "ask_which_hall", "ask_which_matter",
        ),
        frozenset[str](),
    ),
    "other_city": frozenset({"城市", "区号"}),
    "future_rule": frozenset({"日期"}),
    "future_only": frozenset({"日期"}),
    "hours_open": frozenset({"时间"}),
    "hours_closed": frozenset({"时间"}),
}  # fmt: skip

_PLACEHOLDER = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Phrases:
    """The sentences by key, with placeholders such as `<城市>`."""

    texts: Mapping[str, str]

    def text(self, key: str, **fields: str) -> str:
        """Return a sentence with its placeholders filled in one pass.

        Raises:
            KeyError: the key or a placeholder's field is missing; a load without
                problems excludes the first.
        """
        return _PLACEHOLDER.sub(lambda found: fields[found.group(1)], self.texts[key])


def load_phrases(path: Path) -> tuple[Phrases, list[Problem]]:
    """Return the sentences and every problem of the file."""
    register = read_register(path)
    if not was_read(register):
        return Phrases({}), register.problems
    texts: dict[str, str] = {}
    for key in register.values:
        if key not in PHRASES:
            register.report(key, "phrase-unknown", f"系统用语里没有“{key}”这一条")
            continue
        texts[key] = register.text(key)
        used = set(_PLACEHOLDER.findall(texts[key]))
        for name in sorted(used - PHRASES[key]):
            register.report(key, "placeholder", f"“{key}”里不能用占位符 <{name}>")
        for name in sorted(PHRASES[key] - used):
            register.report(key, "placeholder", f"“{key}”缺少占位符 <{name}>")
    for key in sorted(PHRASES.keys() - register.values.keys()):
        register.report("", "phrase-missing", f"缺少系统用语“{key}”")
    return Phrases(texts), register.problems
