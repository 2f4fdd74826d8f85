"""Read entry files: front matter of strings, then a Markdown body.

`read_entry` gives the entry with every fault of form found in the file; what
entries mean together is judged in `checks`. Comes before: nothing. Comes
after: `checks`, `editions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.entry import (
    ASPECT_HEADINGS,
    HEADING_ASPECTS,
    KIND_FOLDERS,
    Check,
    Entry,
    Kind,
    PolicySource,
)
from assistant.knowledge.hidden_signs import hidden_sign_message, hidden_signs
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import StrictDocument, Value, parse_strict

TEXT_FIELDS = (
    "id", "kind", "title", "owner", "area", "visibility", "valid_from", "valid_to",
    "supersedes", "review_by", "author",
)  # fmt: skip
LIST_FIELDS = ("similar", "unlike", "topic", "audience")
KNOWN_FIELDS = frozenset((*TEXT_FIELDS, *LIST_FIELDS, "sources", "checks"))
OPTIONAL_FIELDS = frozenset({"unlike", "valid_to", "supersedes", "checks"})
SOURCE_FIELDS = ("title", "document_no", "clause", "published_on", "url")
CHECK_FIELDS = ("level", "by", "on", "hash", "reason")

_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_HEADING = re.compile(r"^##[ \t]+(.*?)[ \t]*$", re.M)
# What was meant as a heading and would be told as text: `##材料`, `### 材料`, `＃＃ 材料`.
_FAILED_HEADING = re.compile(r"^(?!##[ \t])[#＃]+.*$", re.M)
# Bytes that are common in GBK text and never in UTF-8.
_ENCODING_HINT = "文件不是 UTF-8 编码（可能是 GBK），请在编辑器里“另存为 UTF-8”后再提交"


@dataclass(frozen=True)
class ReadEntry:
    """The outcome for one file: an entry when its form allows one, and all faults."""

    path: Path
    entry: Entry | None
    problems: tuple[Problem, ...]


def entry_paths(knowledge: Path) -> list[Path]:
    """Return all entry files below the knowledge folder, sorted by path."""
    return sorted(
        path for folder in KIND_FOLDERS.values() for path in (knowledge / folder).rglob("*.md")
    )


def stray_files(knowledge: Path) -> list[Problem]:
    """Report files among the entries that nobody reads, such as photo.md.txt; hidden ones pass."""
    message = "这里只放条目，文件名要以 .md 结尾；是条目就改名，不是就移到别处，否则不会被读取"
    return [
        Problem(str(path), 1, "file-name", message)
        for folder in KIND_FOLDERS.values()
        for path in sorted((knowledge / folder).rglob("*"))
        if path.is_file() and path.suffix != ".md" and not path.name.startswith(".")
    ]


def id_of_path(path: Path, knowledge: Path) -> str:
    """Return the id that a file's place demands: `<topic>/<slug>`."""
    parts = path.relative_to(knowledge).with_suffix("").parts
    return "/".join(parts[1:])


def read_text(path: Path) -> tuple[str, Problem | None]:
    """Return a file as text with unified line ends, or the problem that prevents it."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw[: err.start].count(b"\n") + 1
        return "", Problem(str(path), line, "encoding", _ENCODING_HINT)
    return text.replace("\r\n", "\n").replace("\r", "\n"), None


def read_entry(path: Path, knowledge: Path) -> ReadEntry:
    """Return the entry in a file, or none when its front matter cannot be read."""
    text, encoding_problem = read_text(path)
    if encoding_problem is not None:
        return ReadEntry(path, None, (encoding_problem,))
    return entry_of_text(text, path, knowledge)


def entry_of_text(text: str, path: Path, knowledge: Path) -> ReadEntry:
    """Return the entry in a text that lies, or will lie, at `path`; line ends are LF."""
    shown = str(path)
    fence = _FENCE.match(text)
    if fence is None:
        problem = Problem(shown, 1, "front-matter", "文件开头缺少以 --- 包围的字段区")
        return ReadEntry(path, None, (problem,))
    document = parse_strict(fence.group(1), shown, first_line=2)
    body_line = text.count("\n", 0, fence.end()) + 1
    problems = list(document.problems)
    if document.was_walked:
        problems += _form_problems(document, shown)
    answer, sections, body_problems = read_body(text[fence.end() :], shown, body_line, document)
    problems += body_problems
    kind = document.values.get("kind")
    if kind not in tuple(Kind) or not document.was_walked:
        return ReadEntry(path, None, tuple(problems))
    entry = _entry_from(document, answer, sections, path.relative_to(knowledge).as_posix())
    return ReadEntry(path, entry, tuple(problems))


def read_body(
    body: str, path: str, first_line: int, document: StrictDocument
) -> tuple[str, dict[str, str], list[Problem]]:
    """Split a body into the answer and its sections by aspect; unknown headings are problems."""
    problems = _sign_problems(body, path, first_line)
    sections: dict[str, str] = {}
    headings = list(_HEADING.finditer(body))
    answer = body[: headings[0].start() if headings else len(body)].strip()
    document.lines["answer"] = first_line + _blank_lines(body)
    if not answer:
        problems.append(Problem(path, first_line, "answer", "正文为空，请在字段区之后写出答复"))
    for number, found in enumerate(headings):
        line = first_line + body.count("\n", 0, found.start())
        end = headings[number + 1].start() if number + 1 < len(headings) else len(body)
        title, raw = found.group(1), body[found.end() : end]
        text = raw.strip()
        aspect = HEADING_ASPECTS.get(title)
        if aspect is None:
            allowed = "、".join(ASPECT_HEADINGS.values())
            problems.append(
                Problem(path, line, "heading", f"小标题“{title}”不在规定之内，可用：{allowed}")
            )
        elif aspect in sections:
            problems.append(Problem(path, line, "heading", f"小标题“{title}”重复出现"))
        elif not text:
            problems.append(Problem(path, line, "heading", f"小标题“{title}”下面没有内容"))
        else:
            sections[aspect] = text
            document.lines[f"section.{aspect}"] = line
            document.lines[f"section.{aspect}.text"] = line + _blank_lines(raw)
    return answer, sections, problems


def _sign_problems(body: str, path: str, first_line: int) -> list[Problem]:
    """Report signs that nobody sees, and headings that would be told as text."""
    problems = []
    for start, name in hidden_signs(body):
        line = first_line + body.count("\n", 0, start)
        problems.append(Problem(path, line, "control-character", hidden_sign_message(name)))
    for found in _FAILED_HEADING.finditer(body):
        line = first_line + body.count("\n", 0, found.start())
        message = f"“{found.group()[:20]}”不是规定的小标题写法，应写成“## 材料”（两个 #、一个空格）"
        problems.append(Problem(path, line, "heading", message))
    return problems


def _blank_lines(text: str) -> int:
    """Return how many line ends stand before the first word."""
    return text.count("\n", 0, len(text) - len(text.lstrip()))


def _form_problems(document: StrictDocument, path: str) -> list[Problem]:
    """Report missing, unknown and wrongly shaped fields of the front matter."""
    problems: list[Problem] = []
    values, lines = document.values, document.lines
    for name in sorted(KNOWN_FIELDS - OPTIONAL_FIELDS - values.keys()):
        problems.append(Problem(path, 1, "field-missing", f"缺少字段 {name}"))
    for name in sorted(values.keys() - KNOWN_FIELDS):
        problems.append(Problem(path, lines[name], "field-unknown", f"不认识的字段 {name}"))
    for name in TEXT_FIELDS:
        if name in values and not isinstance(values[name], str):
            problems.append(Problem(path, lines[name], "field-shape", f"{name} 应是一段文字"))
    for name in LIST_FIELDS:
        if name in values and not _is_text_list(values[name]):
            problems.append(Problem(path, lines[name], "field-shape", f"{name} 应是文字的列表"))
    if "kind" in values and values["kind"] not in tuple(Kind):
        problems.append(
            Problem(path, lines["kind"], "kind", "kind 应是 faq（常见问答）或 guide（办事指南）")
        )
    for name, known in (("sources", SOURCE_FIELDS), ("checks", CHECK_FIELDS)):
        problems += _record_problems(values.get(name, []), name, known, document, path)
    return problems


def _record_problems(
    records: Value, name: str, known: tuple[str, ...], document: StrictDocument, path: str
) -> list[Problem]:
    """Report records of `sources` or `checks` that are not mappings of known texts."""
    line = document.lines.get(name, 1)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        return [Problem(path, line, "field-shape", f"{name} 应是“键: 值”记录的列表")]
    problems = []
    for number, record in enumerate(records):
        assert isinstance(record, dict)
        for key, value in record.items():
            where = document.lines.get(f"{name}.{number}.{key}", line)
            if key not in known:
                problems.append(
                    Problem(path, where, "field-unknown", f"{name} 里不认识的字段 {key}")
                )
            elif not isinstance(value, str):
                problems.append(Problem(path, where, "field-shape", f"{name}.{key} 应是一段文字"))
    return problems


def _is_text_list(value: Value) -> bool:
    """Return whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _text(values: dict[str, Value], name: str) -> str:
    """Return a text field, empty when absent or of another shape."""
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _texts(values: dict[str, Value], name: str) -> tuple[str, ...]:
    """Return a list field, without items of another shape."""
    value = values.get(name, [])
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _records(values: dict[str, Value], name: str, known: tuple[str, ...]) -> list[dict[str, str]]:
    """Return records with exactly the known fields, empty where absent."""
    value = values.get(name, [])
    found = value if isinstance(value, list) else []
    return [{key: _text(item, key) for key in known} for item in found if isinstance(item, dict)]


def _entry_from(
    document: StrictDocument, answer: str, sections: dict[str, str], path: str
) -> Entry:
    """Build the entry from what was read."""
    values = document.values
    return Entry(
        id=_text(values, "id"),
        kind=Kind(_text(values, "kind")),
        title=_text(values, "title"),
        similar=_texts(values, "similar"),
        unlike=_texts(values, "unlike"),
        owner=_text(values, "owner"),
        topic=_texts(values, "topic"),
        area=_text(values, "area"),
        audience=_texts(values, "audience"),
        visibility=_text(values, "visibility"),
        sources=tuple(PolicySource(**item) for item in _records(values, "sources", SOURCE_FIELDS)),
        valid_from=_text(values, "valid_from"),
        valid_to=_text(values, "valid_to"),
        supersedes=_text(values, "supersedes"),
        review_by=_text(values, "review_by"),
        author=_text(values, "author"),
        answer=answer,
        sections=sections,
        checks=tuple(Check(**item) for item in _records(values, "checks", CHECK_FIELDS)),
        path=path,
        lines=dict(document.lines),
    )
