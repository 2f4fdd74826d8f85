"""Checks of what an answer rests on: sources, owner, days, and values from closed lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date

from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.entry import AUDIENCES, VISIBILITIES, Entry
from assistant.knowledge.problems import Problem

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SOURCE_NEEDS = {
    "title": "文件名称",
    "document_no": "文号",
    "clause": "条款",
    "published_on": "发布日期",
}
_NEEDED_TEXTS = {"title": "标准问", "author": "作者"}


def day_of(text: str) -> date | None:
    """Return the day that an ISO text names, or none when it names no real day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def check_sources(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Every answer names at least one document with number, clause and day."""
    for entry in entries:
        if not entry.sources:
            message = "没有来源，每条答复至少要有一个文件（名称、文号、条款、发布日期）"
            yield context.problem(entry, "sources", "source-missing", message)
        for number, source in enumerate(entry.sources):
            values = asdict(source)
            missing = [name for key, name in _SOURCE_NEEDS.items() if not values[key].strip()]
            if missing:
                message = f"第 {number + 1} 个来源缺少{'、'.join(missing)}"
                yield context.problem(entry, f"sources.{number}", "source-incomplete", message)


def check_owner(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """The owner is a department of the register."""
    for entry in entries:
        if entry.owner not in context.departments:
            message = f"owner “{entry.owner}”不在 departments.yml 里，请填部门编号"
            yield context.problem(entry, "owner", "owner", message)


def check_texts(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Texts that everything else relies on are not empty."""
    for entry in entries:
        for place, name in _NEEDED_TEXTS.items():
            if not str(getattr(entry, place)).strip():
                message = f"{place}（{name}）是空的，请填写"
                yield context.problem(entry, place, "field-empty", message)


def check_values(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Topic has two or three levels; area, audience and visibility are known words."""
    for entry in entries:
        if not 2 <= len(entry.topic) <= 3 or not all(entry.topic):
            message = f"topic 应有 2 到 3 级，现在是 {len(entry.topic)} 级或含有空白"
            yield context.problem(entry, "topic", "topic-levels", message)
        if entry.area not in context.areas:
            message = f"area “{entry.area}”不认识，可用：{'、'.join(sorted(context.areas))}"
            yield context.problem(entry, "area", "area", message)
        unknown = [item for item in entry.audience if item not in AUDIENCES]
        if unknown or not entry.audience:
            message = f"audience 应从 {'、'.join(AUDIENCES)} 里选，至少一个"
            yield context.problem(entry, "audience", "audience", message)
        if entry.visibility not in VISIBILITIES:
            message = f"visibility 应是 {'、'.join(VISIBILITIES)} 之一"
            yield context.problem(entry, "visibility", "visibility", message)


def check_days(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Every day is a real ISO day."""
    for entry in entries:
        for place, text, may_be_empty in _days_of(entry):
            if text == "" and may_be_empty:
                continue
            if day_of(text) is None:
                message = f"日期“{text}”应写成 2026-03-01 的形式，并且真有这一天"
                yield context.problem(entry, place, "date-form", message)


def check_day_order(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Documents precede the rule, the rule's end follows its start, review comes after both."""
    for entry in entries:
        start, end = day_of(entry.valid_from), day_of(entry.valid_to)
        review = day_of(entry.review_by)
        for number, source in enumerate(entry.sources):
            published = day_of(source.published_on)
            if published and start and published > start:
                message = f"来源发布于 {published}，晚于生效日 {start}，请核对两个日期"
                place = f"sources.{number}.published_on"
                yield context.problem(entry, place, "date-order", message)
        if start and end and end < start:
            message = f"失效日 {end} 早于生效日 {start}"
            yield context.problem(entry, "valid_to", "date-order", message)
        if start and review and review <= start:
            message = f"复核日 {review} 应晚于生效日 {start}"
            yield context.problem(entry, "review_by", "date-order", message)


def check_overdue(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """An expired rule is retired or replaced; a review that is due is done (warning)."""
    superseded = {entry.supersedes for entry in entries if entry.supersedes}
    for entry in entries:
        end, review = day_of(entry.valid_to), day_of(entry.review_by)
        if end and end < context.today:
            if entry.id not in superseded:
                message = (
                    f"已于 {end} 失效但没有退出：删除文件，或由新条目以 supersedes 取代，"
                    "或核实后延长 valid_to 并重新审核"
                )
                yield context.problem(entry, "valid_to", "expired", message)
        elif review and review < context.today:
            message = f"应在 {review} 前复核，请部门核对后更新 review_by 并重新审核"
            yield context.warning(entry, "review_by", "review-overdue", message)


def _days_of(entry: Entry) -> Iterator[tuple[str, str, bool]]:
    """Yield the place of each day, its text, and whether it may be empty."""
    yield "valid_from", entry.valid_from, False
    yield "valid_to", entry.valid_to, True
    yield "review_by", entry.review_by, False
    for number, source in enumerate(entry.sources):
        # An empty one is reported as an incomplete source.
        yield f"sources.{number}.published_on", source.published_on, True
    for number, check in enumerate(entry.checks):
        yield f"checks.{number}.on", check.on, False
