"""Golden questions as the checks see them: each with its place in the file, and the gate.

Files: `knowledge/questions/*.yml` (the questions), `knowledge/gaps/*.yml` (questions known
to have no answer yet) and `knowledge/golden.yml` (what publishing demands of the
questions). Measuring is retrieval's matter, not ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.knowledge.files import read_text
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import parse_strict

QUESTIONS = "questions"
GAPS = "gaps"
GATE = "golden.yml"


@dataclass(frozen=True)
class GoldenQuestion:
    """One labelled question; `entry_id` is empty when no entry may answer it."""

    path: str
    line: int
    text: str
    entry_id: str


@dataclass(frozen=True)
class GoldenGate:
    """What publishing demands: shares of the golden questions, 0 to 1.

    `max_worse` bounds the questions that were right in the parent edition, are wrong
    now, and whose entry did not change.
    """

    right_in_top3: float
    max_worse: float


_CLOSED_GATE = GoldenGate(right_in_top3=1.0, max_worse=0.0)


def read_golden(
    knowledge: Path, folder: str = QUESTIONS
) -> tuple[list[GoldenQuestion], list[Problem]]:
    """Return all golden questions in file order, with every fault of form.

    The known gaps (`GAPS`: questions that no entry answers) have the same form.
    """
    questions: list[GoldenQuestion] = []
    problems: list[Problem] = []
    for path in sorted((knowledge / folder).glob("*.yml")):
        text, encoding_problem = read_text(path)
        if encoding_problem is not None:
            problems.append(encoding_problem)
            continue
        try:
            for found in _rows(text, str(path)):
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    questions.append(found)
        except yaml.YAMLError as err:
            mark = getattr(err, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            problems.append(
                Problem(str(path), line, "yaml", "YAML 格式错误，请检查引号、括号和缩进")
            )
    return questions, problems


def read_gate(knowledge: Path) -> tuple[GoldenGate, list[Problem]]:
    """Return the gate and every fault of golden.yml; a share that cannot be read lets nothing by.

    Problems are also what `check_knowledge` reports, so that nobody meets them at a release.
    """
    path = knowledge / GATE
    if not path.is_file():
        message = "文件不存在，应写明 right_in_top3 和 max_worse"
        return _CLOSED_GATE, [Problem(str(path), 1, "golden-gate", message)]
    text, encoding_problem = read_text(path)
    if encoding_problem is not None:
        return _CLOSED_GATE, [encoding_problem]
    document = parse_strict(text, str(path), allow_comments=True)
    problems = list(document.problems)
    shares: dict[str, float] = {}
    for name in ("right_in_top3", "max_worse"):
        share = _share(document.values.get(name))
        if share is None:
            message = f'{name} 应是 0 到 1 之间的数，例如 "0.95"'
            line = document.lines.get(name, 1)
            problems.append(Problem(str(path), line, "golden-gate", message))
        else:
            shares[name] = share
    return _CLOSED_GATE if problems else GoldenGate(**shares), problems


def _share(value: object) -> float | None:
    """Return a share from its text, or none when it is no number from 0 to 1."""
    try:
        share = float(str(value))
    except ValueError:
        return None
    return share if 0.0 <= share <= 1.0 else None


def _rows(text: str, path: str) -> Iterator[GoldenQuestion | Problem]:
    """Yield each row of a file as a question or as what is wrong with it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    node = yaml.compose(text, Loader=loader)
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        yield Problem(path, 1, "golden-form", "应是以“- ”开头的列表")
        return
    for item in node.value:
        line = item.start_mark.line + 1
        values = _scalars(item)
        question, entry_id = values.get("question", ""), values.get("entry", "")
        if not question or bool(entry_id) == (values.get("refuse") == "true"):
            message = "每行要有 question，以及 entry 或 refuse: true 二者之一"
            yield Problem(path, line, "golden-form", message)
        else:
            yield GoldenQuestion(path, line, question, entry_id)


def _scalars(node: yaml.Node) -> dict[str, str]:
    """Return the scalar pairs of a mapping node; empty for any other node."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {
        str(key.value): str(value.value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }
