"""Golden questions as the checks see them: each with its place in the file, and the gate.

Files: `knowledge/questions/*.yml` (the questions) and `knowledge/golden.yml` (what
publishing demands of them). Measuring is retrieval's matter, not ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import InvalidKnowledge
from assistant.knowledge.files import read_text
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import parse_strict

QUESTIONS = "questions"
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


def read_golden(knowledge: Path) -> tuple[list[GoldenQuestion], list[Problem]]:
    """Return all golden questions in file order, with every fault of form."""
    questions: list[GoldenQuestion] = []
    problems: list[Problem] = []
    for path in sorted((knowledge / QUESTIONS).glob("*.yml")):
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


def read_gate(knowledge: Path) -> GoldenGate:
    """Return the gate.

    Raises:
        InvalidKnowledge: golden.yml is missing, or a share is no number from 0 to 1.
    """
    path = knowledge / GATE
    if not path.is_file():
        raise InvalidKnowledge(f"{path}: 文件不存在，应写明 right_in_top3 和 max_worse")
    text, encoding_problem = read_text(path)
    document = parse_strict(text, str(path), allow_comments=True)
    problems = [encoding_problem] if encoding_problem else document.problems
    if problems:
        raise InvalidKnowledge(str(problems[0]), tuple(problems))
    return GoldenGate(
        _share(document.values.get("right_in_top3"), path, "right_in_top3"),
        _share(document.values.get("max_worse"), path, "max_worse"),
    )


def _share(value: object, path: Path, name: str) -> float:
    """Return a share from its text."""
    try:
        share = float(str(value))
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise InvalidKnowledge(f'{path}: {name} 应是 0 到 1 之间的数，例如 "0.95"')
    return share


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
