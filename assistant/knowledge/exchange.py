"""Entries as rows of a table or lines of JSON, and back, without loss.

Used by `wenban kb import/export` and the editors' pages. Importing is planned first:
every row is judged together with the entries that are there already, and only a plan
without errors can be carried out. A review is never imported: what is new or changed
comes in without one, and what is the same keeps the one that it has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from assistant.knowledge.cells import (
    guarded,
    lines_cell,
    lines_of,
    records_cell,
    records_of,
    unguarded,
)
from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.checks import CONTENT_CHECKS
from assistant.knowledge.checks_identity import ID
from assistant.knowledge.editions import entry_from_dict, entry_to_dict
from assistant.knowledge.entry import ASPECT_HEADINGS, Entry, Kind, PolicySource
from assistant.knowledge.entry_text import entry_text, path_of, write_atomically
from assistant.knowledge.files import entry_of_text
from assistant.knowledge.problems import Problem, Severity
from assistant.knowledge.tables import (
    SUFFIXES,
    Row,
    read_objects,
    read_table,
    write_objects,
    write_table,
)

# Column name → field, in the order of the columns.
TEXT_COLUMNS = {
    "编号": "id", "类型": "kind", "标准问": "title", "主管部门": "owner", "区域": "area",
    "可见范围": "visibility", "生效日": "valid_from", "失效日": "valid_to", "取代": "supersedes",
    "复核日": "review_by", "作者": "author", "答复": "answer",
}  # fmt: skip
LIST_COLUMNS = {"相似问": "similar", "反例": "unlike", "主题": "topic", "对象": "audience"}
SECTION_COLUMNS = {heading: aspect for aspect, heading in ASPECT_HEADINGS.items()}
# The order of sections matters to readers; where the column is left empty it is the usual one.
SOURCES, ORDER, CHECKS = "来源", "小标题顺序", "审核记录"
COLUMNS = (*TEXT_COLUMNS, *LIST_COLUMNS, SOURCES, *SECTION_COLUMNS, ORDER, CHECKS)
NEEDED_COLUMNS = (*TEXT_COLUMNS, *LIST_COLUMNS, SOURCES)
# Keys of a JSON object; `checks` are written for the reader and not imported.
# File systems take 255 bytes, and a review file adds to the name.
MAX_NAME_CHARS = 100
NEEDED_KEYS = (*TEXT_COLUMNS.values(), *LIST_COLUMNS.values(), "sources", "sections")
KNOWN_KEYS = frozenset((*NEEDED_KEYS, "checks"))
_SOURCE_KEYS = frozenset(field.name for field in fields(PolicySource))


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do; `problems` name the imported file and its row."""

    added: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    same: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that forbid carrying the plan out."""
        return tuple(found for found in self.problems if found.severity is Severity.ERROR)


def export_entries(entries: Sequence[Entry], path: Path) -> None:
    """Write entries, by id, in the form that the file's suffix names (see SUFFIXES).

    Raises:
        ValueError: another suffix.
        InvalidKnowledge: a text does not fit a cell.
    """
    ordered = sorted(entries, key=lambda entry: entry.id)
    if path.suffix not in SUFFIXES:
        raise ValueError(path.suffix)
    if path.suffix == ".jsonl":
        write_objects(path, [_object_of(entry) for entry in ordered])
    else:
        write_table(path, COLUMNS, [_row_of(entry) for entry in ordered])


def plan_import(path: Path, existing: Sequence[Entry], context: CheckContext) -> ImportPlan:
    """Return what importing a file would add and change, with every problem.

    Raises:
        InvalidKnowledge: the file as a whole cannot be read.
        ValueError: its suffix is none of SUFFIXES.
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(path.suffix)
    incoming: dict[str, Entry] = {}
    rows: dict[str, int] = {}
    is_table = path.suffix != ".jsonl"
    read = read_table(path) if is_table else read_objects(path)
    problems = _column_problems(path, read) if is_table else []
    for number, row in read if not problems else ():
        found = _entry_of_row(row) if is_table else _entry_of_object(row)
        if isinstance(found, str):
            problems.append(Problem(str(path), number, "import-row", found))
        elif found.id in incoming:
            message = f"编号 {found.id} 与第 {rows[found.id]} 行重复"
            problems.append(Problem(str(path), number, "import-row", message))
        else:
            incoming[found.id], rows[found.id] = found, number
    known = {entry.id: entry for entry in existing}
    problems += _form_problems(path, incoming, known, rows, context)
    problems += _content_problems(path, incoming, known, rows, context)
    added = [entry for key, entry in incoming.items() if key not in known]
    both = [(entry, known[key]) for key, entry in incoming.items() if key in known]
    return ImportPlan(
        added=tuple(added),
        changed=tuple(new for new, old in both if not _is_same(new, old)),
        same=tuple(old for new, old in both if _is_same(new, old)),
        problems=tuple(sorted(set(problems))),
    )


def carry_out(plan: ImportPlan, knowledge: Path) -> list[Path]:
    """Write the files of a plan without errors and return them."""
    written = []
    for entry in (*plan.added, *plan.changed):
        path = path_of(entry, knowledge)
        write_atomically(path, entry_text(entry))
        written.append(path)
    return written


def _is_same(new: Entry, old: Entry) -> bool:
    """Return whether importing an entry would change nothing."""
    return new.content_hash() == old.content_hash()


def _column_problems(path: Path, rows: Sequence[Row]) -> list[Problem]:
    """Report columns that are missing or unknown, once for the whole table."""
    names = set(rows[0][1]) if rows else set(COLUMNS)
    missing = [name for name in NEEDED_COLUMNS if name not in names]
    unknown = sorted(names - set(COLUMNS))
    if not missing and not unknown:
        return []
    message = f"列名不对：缺少 {'、'.join(missing) or '无'}；不认识 {'、'.join(unknown) or '无'}"
    return [Problem(str(path), 1, "import-columns", message)]


def _form_problems(
    path: Path,
    incoming: Mapping[str, Entry],
    known: Mapping[str, Entry],
    rows: Mapping[str, int],
    context: CheckContext,
) -> list[Problem]:
    """Report rows that could not be read back from the files they would become."""
    problems = []
    for key, entry in incoming.items():
        if key in known and known[key].kind is not entry.kind:
            message = f"{key} 的类型由 {known[key].kind} 变成 {entry.kind}，请先删除旧文件"
            problems.append(Problem(str(path), rows[key], "import-kind", message))
        target = path_of(entry, context.knowledge)
        if target.exists() and (key not in known or known[key].path != entry.path):
            message = (
                f"文件 {target} 已经存在而读不出这一条，导入会盖掉它，请先运行 wenban kb check"
            )
            problems.append(Problem(str(path), rows[key], "import-target", message))
        read = entry_of_text(entry_text(entry), target, context.knowledge)
        if read.entry is None or read.entry.content_hash() != entry.content_hash():
            message = f"{key} 的内容写成文件后会变样（正文里不能有“## ”开头的行或首尾空行）"
            problems.append(Problem(str(path), rows[key], "import-form", message))
        problems += [
            Problem(str(path), rows[key], found.rule, found.message) for found in read.problems
        ]
    return problems


def _content_problems(
    path: Path,
    incoming: Mapping[str, Entry],
    known: Mapping[str, Entry],
    rows: Mapping[str, int],
    context: CheckContext,
) -> list[Problem]:
    """Judge the incoming entries among those that are there; report the incoming ones' faults."""
    merged = {**known, **incoming}
    in_order = [*(key for key in merged if key not in incoming), *incoming]
    row_of_file = {
        str(context.knowledge / entry.path): rows[key] for key, entry in incoming.items()
    }
    problems = []
    for name, function in CONTENT_CHECKS.items():
        if name == "golden":
            continue
        for found in function([merged[key] for key in in_order], context):
            if found.path in row_of_file:
                problems.append(replace(found, path=str(path), line=row_of_file[found.path]))
    return problems


def _object_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as a JSON object; where it lies follows from its id."""
    row = entry_to_dict(entry)
    del row["path"]
    return row


def _entry_of_object(row: Mapping[str, Any]) -> Entry | str:
    """Return the entry in a JSON object, or what is wrong with it."""
    fault = _shape_fault(row)
    if fault:
        return fault
    return _placed(entry_from_dict({**row, "checks": [], "path": ""}))


def _shape_fault(row: Mapping[str, Any]) -> str:
    """Return what is wrong with the keys and shapes of a JSON object, empty if nothing is."""
    missing = [key for key in NEEDED_KEYS if key not in row]
    unknown = sorted(row.keys() - KNOWN_KEYS)
    if missing or unknown:
        return f"字段不对：缺少 {'、'.join(missing) or '无'}；不认识 {'、'.join(unknown) or '无'}"
    for key in TEXT_COLUMNS.values():
        if not isinstance(row[key], str):
            return f"{key} 应是文字，数字和日期也要加引号"
    for key in LIST_COLUMNS.values():
        if not isinstance(row[key], list) or not all(isinstance(item, str) for item in row[key]):
            return f"{key} 应是文字的列表"
    if row["kind"] not in tuple(Kind):
        return f"kind 应是 faq 或 guide，写的是“{row['kind']}”"
    if not isinstance(row["sources"], list) or not all(map(_is_source, row["sources"])):
        return "sources 应是列表，每项有 title、document_no、clause、published_on，都是文字"
    sections = row["sections"]
    if not isinstance(sections, dict) or not sections.keys() <= ASPECT_HEADINGS.keys():
        return f"sections 的键应是：{'、'.join(ASPECT_HEADINGS)}"
    if not all(isinstance(text, str) for text in sections.values()):
        return "sections 的值应是文字"
    return "" if _can_be_stored(row) else "含有无法保存的字符（不成对的代理字符）"


def _can_be_stored(row: Mapping[str, Any]) -> bool:
    """Return whether UTF-8 can hold every text of a row; JSON may escape what it cannot."""
    try:
        json.dumps(dict(row), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_source(value: object) -> bool:
    """Return whether a JSON value is a source: texts under the keys of one, `url` optional."""
    return (
        isinstance(value, dict)
        and _SOURCE_KEYS - {"url"} <= value.keys() <= _SOURCE_KEYS
        and all(isinstance(text, str) for text in value.values())
    )


def _row_of(entry: Entry) -> list[str]:
    """Return an entry as the cells of COLUMNS."""
    cells = [str(getattr(entry, field)) for field in TEXT_COLUMNS.values()]
    cells += [lines_cell(getattr(entry, field)) for field in LIST_COLUMNS.values()]
    cells.append(records_cell(astuple(source) for source in entry.sources))
    cells += [entry.sections.get(aspect, "") for aspect in SECTION_COLUMNS.values()]
    cells.append(lines_cell(ASPECT_HEADINGS[aspect] for aspect in entry.sections))
    cells.append(records_cell(astuple(check) for check in entry.checks))
    return [guarded(cell) for cell in cells]


def _entry_of_row(row: Mapping[str, str]) -> Entry | str:
    """Return the entry in a row of a table, or what is wrong with it."""
    cells = {name: unguarded(cell) for name, cell in row.items()}
    kind = cells["类型"].strip()
    if kind not in tuple(Kind):
        return f"类型应是 faq 或 guide，写的是“{kind}”"
    try:
        sources = tuple(PolicySource(*record) for record in records_of(cells[SOURCES]))
    except TypeError:
        return "来源应是“名称｜文号｜条款｜发布日期｜链接”，一行一个文件"
    values: dict[str, Any] = {field: cells[name] for name, field in TEXT_COLUMNS.items()}
    values |= {field: lines_of(cells[name]) for name, field in LIST_COLUMNS.items()}
    headings = dict.fromkeys([*lines_of(cells.get(ORDER, "")), *SECTION_COLUMNS])
    sections = {
        SECTION_COLUMNS[heading]: cells[heading].strip()
        for heading in headings
        if heading in SECTION_COLUMNS and cells.get(heading, "").strip()
    }
    values |= {"kind": Kind(kind), "answer": cells["答复"].strip()}
    return _placed(Entry(**values, sources=sources, sections=sections))


def _placed(entry: Entry) -> Entry | str:
    """Return an entry with the path that its id demands, or what is wrong with the id."""
    if not ID.fullmatch(entry.id):
        return f"编号“{entry.id}”应是“主题/名称”，只用小写字母、数字和连字符"
    if max(map(len, entry.id.split("/"))) > MAX_NAME_CHARS:
        return f"编号的每一段不能超过{MAX_NAME_CHARS}个字符"
    return replace(entry, path=path_of(entry, Path()).as_posix())
