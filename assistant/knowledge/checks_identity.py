"""Checks that entries can be told apart: ids, questions, counter-questions, successors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.entry import KIND_FOLDERS, Entry
from assistant.knowledge.files import id_of_path
from assistant.knowledge.near_duplicates import near_duplicates
from assistant.knowledge.problems import Problem
from assistant.text import question_key

MIN_SIMILAR = 3
# Topic and name; the id stands in addresses, tables and golden questions.
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


def check_ids(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Each id is the file's place, each file lies in the folder of its kind, no id occurs twice."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_id[entry.id].append(entry)
        expected = id_of_path(Path(entry.path), Path())
        if entry.id != expected:
            message = f"id “{entry.id}”与文件位置不符，应为“{expected}”"
            yield context.problem(entry, "id", "id-path", message)
        elif not ID.fullmatch(entry.id):
            message = f"文件应放在“主题/名称.md”，只用小写字母、数字和连字符，现在是“{expected}”"
            yield context.problem(entry, "id", "id-path", message)
        folder = KIND_FOLDERS[entry.kind]
        if Path(entry.path).parts[0] != folder:
            message = f"kind 是 {entry.kind}，文件应放在 {folder}/ 下面"
            yield context.problem(entry, "kind", "kind-folder", message)
    for entry_id, same in by_id.items():
        for first, other in pairwise(same):
            message = f"id “{entry_id}”已被 {first.path} 使用，请另取一个"
            yield context.problem(other, "id", "id-unique", message)


def check_questions(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """No two questions are equal once punctuation, width, case and script are folded."""
    seen: dict[str, tuple[Entry, str, str]] = {}
    for entry in entries:
        for place, text in _own_questions(entry):
            key = question_key(text)
            if not key:
                message = "问法为空，请写出内容或删去这一行"
                yield context.problem(entry, place, "question-empty", message)
                continue
            if key not in seen:
                seen[key] = (entry, place, text)
                continue
            first, first_place, first_text = seen[key]
            if first is entry:
                where = f"本文件第 {entry.lines.get(first_place, 1)} 行"
                message = f"问法“{text}”与{where}重复，请删去一个"
                yield context.problem(entry, place, "question-repeated", message)
            else:
                where = f"{first.path} 第 {first.lines.get(first_place, 1)} 行的“{first_text}”"
                message = f"问法“{text}”与 {where}相同，一个问题只能有一个答案，请改写或删去"
                yield context.problem(entry, place, "question-two-answers", message)


def check_similar(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """An entry has enough similar questions for people to find it."""
    for entry in entries:
        count = len(entry.similar)
        if count < MIN_SIMILAR:
            message = (
                f"相似问法只有 {count} 个，至少要 {MIN_SIMILAR} 个（口语、简称、带经过的说法）"
            )
            yield context.problem(entry, "similar", "similar-few", message)


def check_near_duplicates(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Warn of questions of two entries that differ in hardly a character."""
    places = [(entry, place, text) for entry in entries for place, text in _own_questions(entry)]
    keys = [question_key(text) for _, _, text in places]
    for left, right in near_duplicates(keys):
        (first, _, first_text), (entry, place, text) = places[left], places[right]
        if first is not entry and keys[left] != keys[right]:
            message = f"问法“{text}”与 {first.path} 的“{first_text}”几乎相同，请确认答案该由谁给"
            yield context.warning(entry, place, "question-near", message)


def check_unlike(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A counter-question is not a question of its own entry."""
    for entry in entries:
        own = {question_key(text): text for text in entry.questions}
        for number, text in enumerate(entry.unlike):
            if question_key(text) in own:
                message = f"反例“{text}”同时是本条目的问法，二者只能留一个"
                yield context.problem(entry, f"unlike.{number}", "unlike-own", message)


def check_supersedes(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """What an entry supersedes is known, is another entry, and is superseded once only.

    No chain comes back to where it started: each rule of a ring would be over by another.
    """
    known = {entry.id: entry for entry in entries}
    heirs: dict[str, Entry] = {}
    for entry in entries:
        former = entry.supersedes
        if not former:
            continue
        message = ""
        if former == entry.id:
            message = "supersedes 写的是本条目自己"
        elif former not in known:
            message = f'supersedes 写的“{former}”不存在，请核对 id；旧条目已删除时写 ""'
        elif former in heirs:
            message = f"“{former}”已由 {heirs[former].path} 取代，不能再取代一次"
        elif _comes_back(entry, known):
            message = f"supersedes 绕成了一圈：从“{former}”一路取代下去又回到本条目"
        if message:
            yield context.problem(entry, "supersedes", "supersedes", message)
        heirs.setdefault(former, entry)


def _comes_back(entry: Entry, known: Mapping[str, Entry]) -> bool:
    """Return whether what an entry supersedes, and what that does, leads back to the entry."""
    seen = {entry.id}
    former = entry.supersedes
    while former in known and former not in seen:
        seen.add(former)
        former = known[former].supersedes
    return former == entry.id


def _own_questions(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of the standard question and of each similar one."""
    yield "title", entry.title
    for number, text in enumerate(entry.similar):
        yield f"similar.{number}", text
