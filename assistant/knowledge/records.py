"""Read register files (departments, halls, phrases …) record by record, listing every fault.

A `Record` is one mapping of a register file. Its getters return a value of the
asked shape and, when the file has another, report a problem at the line and
return an empty one, so that a loader goes on and all faults appear at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.knowledge.files import read_text
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import StrictDocument, Value, parse_strict

ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
# A number of the demo city (area code 0999), or a national short number.
_PHONE = re.compile(r"0999-8\d{6}|1\d{2}|1\d{4}|9\d{4}")


@dataclass(frozen=True)
class Record:
    """One mapping of a register file; `where` is its key path, empty for the whole file."""

    path: str
    where: str
    values: dict[str, Value]
    document: StrictDocument

    @property
    def problems(self) -> list[Problem]:
        """All problems of the file so far, its records' included."""
        return self.document.problems

    def line(self, name: str = "") -> int:
        """Return the line of a field; of the record when the field is absent."""
        lines = self.document.lines
        return lines.get(self._key(name), lines.get(self.where, 1))

    def report(self, name: str, rule: str, message: str) -> None:
        """Add a problem at a field."""
        self.problems.append(Problem(self.path, self.line(name), rule, message))

    def allow(self, *names: str) -> None:
        """Report every field that is not among `names`."""
        for name in self.values:
            if name not in names:
                self.report(name, "field-unknown", f"不认识的字段 {name}")

    def text(self, name: str, *, is_optional: bool = False) -> str:
        """Return a text field; a required one may be neither absent nor empty."""
        value = self.values.get(name, "")
        if not isinstance(value, str):
            self.report(name, "field-shape", f"{name} 应是一段文字")
            return ""
        if not value.strip() and not is_optional:
            self.report(name, "field-missing", f"缺少字段 {name}")
        return value.strip()

    def id(self, name: str = "id") -> str:
        """Return an identifier: lower-case words joined by hyphens."""
        value = self.text(name)
        if value and not ID.fullmatch(value):
            self.report(name, "id", f"编号“{value}”只能用小写字母、数字和连字符")
        return value

    def phone(self, name: str = "phone") -> str:
        """Return a telephone number of the city or a national short number."""
        value = self.text(name)
        if value and not _PHONE.fullmatch(value):
            self.report(name, "phone", f"电话“{value}”应写成 0999-8xxxxxx 或全国统一短号")
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """Return a text that is one of `allowed`; the first of them when it is not."""
        value, known = self.text(name), tuple(allowed)
        if value in known:
            return value
        if value:
            self.report(name, "choice", f"{name} 应是以下之一：{'、'.join(known)}")
        return known[0]

    def texts(self, name: str, *, is_optional: bool = False) -> tuple[str, ...]:
        """Return a list of texts; a required one has at least one."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.report(name, "field-shape", f"{name} 应是文字的列表")
            return ()
        if not value and not is_optional:
            self.report(name, "field-missing", f"缺少字段 {name}，至少写一项")
        return tuple(item for item in value if isinstance(item, str))

    def days(self, name: str, *, is_optional: bool = False) -> tuple[date, ...]:
        """Return a list of ISO days, without those that are none."""
        found = []
        for text in self.texts(name, is_optional=is_optional):
            try:
                found.append(date.fromisoformat(text))
            except ValueError:
                self.report(name, "date", f"“{text}”不是 2026-01-31 这样的日期")
        return tuple(found)

    def record(self, name: str) -> Record:
        """Return a nested mapping."""
        value = self.values.get(name, {})
        if not isinstance(value, dict) or not value:
            self.report(name, "field-missing", f"缺少字段 {name}（一组“键: 值”）")
            value = {}
        return Record(self.path, self._key(name), value, self.document)

    def records(self, name: str) -> list[Record]:
        """Return a list of mappings, without items of another shape."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not value:
            self.report(name, "field-missing", f"缺少列表 {name}，至少写一项")
            return []
        found = []
        for number, item in enumerate(value):
            if isinstance(item, dict):
                where = f"{self._key(name)}.{number}"
                found.append(Record(self.path, where, item, self.document))
            else:
                self.report(f"{name}.{number}", "field-shape", f"{name} 里应是“键: 值”记录")
        return found

    def _key(self, name: str) -> str:
        """Return the key path of a field."""
        return ".".join(part for part in (self.where, name) if part)


class Unique:
    """Remembers what was used before and reports what is used twice."""

    def __init__(self, what: str) -> None:
        self._what, self._lines = what, dict[str, int]()

    def add(self, record: Record, name: str, value: str) -> bool:
        """Return whether a value is new; an old one is reported with its first line."""
        if not value:
            return False
        if value in self._lines:
            first = self._lines[value]
            record.report(name, "duplicate", f"{self._what}“{value}”与第{first}行重复")
            return False
        self._lines[value] = record.line(name)
        return True


def read_register(path: Path) -> Record:
    """Return a register file as a record; a missing or unreadable file is a problem in it."""
    document = StrictDocument()
    shown = str(path)
    if not path.is_file():
        document.problems.append(Problem(shown, 1, "file-missing", f"缺少登记文件 {path.name}"))
        return Record(shown, "", {}, document)
    text, problem = read_text(path)
    if problem is not None:
        document.problems.append(problem)
        return Record(shown, "", {}, document)
    document = parse_strict(text, shown, allow_comments=True)
    return Record(shown, "", document.values, document)


def was_read(register: Record) -> bool:
    """Return whether the file's form allowed reading it; if not, its problems say why."""
    return bool(register.values)
