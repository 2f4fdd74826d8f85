"""Checks of the golden questions and of the known gaps against the entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.entry import Entry
from assistant.knowledge.golden import GoldenQuestion
from assistant.knowledge.problems import Problem
from assistant.text import question_key


def check_golden(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Each golden question names a known entry, occurs once, and copies no question of it.

    A golden question that stands in an entry word for word measures nothing.
    """
    known = {entry.id for entry in entries}
    copied = {question_key(text) for entry in entries for text in entry.questions}
    seen: dict[str, GoldenQuestion] = {}
    for golden in context.golden:
        key = question_key(golden.text)
        for rule, message in (
            (
                "golden-entry",
                f"条目“{golden.entry_id}”不存在，请改正 id 或删去这一问"
                if golden.entry_id and golden.entry_id not in known
                else "",
            ),
            (
                "golden-repeated",
                f"与 {seen[key].path} 第 {seen[key].line} 行的问题相同" if key in seen else "",
            ),
            (
                "golden-copied",
                "与条目里的问法一字不差，测不出什么，请换一种说法" if key in copied else "",
            ),
        ):
            if message:
                yield Problem(golden.path, golden.line, rule, message)
        seen.setdefault(key, golden)


def check_gaps(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A known gap names no entry, occurs once, and is no question of an entry.

    A gap that has been filled would keep its own answer from being given.
    """
    places = {question_key(text): entry for entry in entries for text in entry.questions}
    seen: dict[str, GoldenQuestion] = {}
    for gap in context.gaps:
        key = question_key(gap.text)
        if gap.entry_id:
            message = "已知缺口里的问题没有答案，应写 refuse: true；有答案的写到 questions/ 里"
            yield Problem(gap.path, gap.line, "gap-entry", message)
        if key in places:
            message = f"{places[key].path} 已经有这个问法，请从已知缺口里删去"
            yield Problem(gap.path, gap.line, "gap-answered", message)
        if key in seen:
            message = f"与 {seen[key].path} 第 {seen[key].line} 行的问题相同"
            yield Problem(gap.path, gap.line, "gap-repeated", message)
        seen.setdefault(key, gap)
