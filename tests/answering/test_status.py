"""Every outcome has a word that contracts.md knows and a Chinese name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from assistant.answering import status as status_module
from assistant.answering.decide import PHRASE_INTENTS
from assistant.answering.status import ANSWERED, LABELS, Status

# contracts.md, "status families"; error_* is open.
CONTRACT = {
    "answered_entry", "answered_guide", "answered_aspect", "answered_place",
    "clarify_options", "clarify_slot", "ticket_collecting", "ticket_opened", "ticket_status",
    "handoff_requested", "handoff_offered", "redirected_emergency", "redirected_crisis",
    "redirected_lawful_path", "unanswerable_no_entry", "unanswerable_out_of_domain", "smalltalk",
}  # fmt: skip
FAMILIES = (
    "answered_", "clarify_", "handoff_", "redirected_", "unanswerable_", "error_",
)  # fmt: skip
ANSWERING = Path(status_module.__file__).parent


def words_in_code() -> set[str]:
    """Return every string of the answering package that has the form of a status word."""
    found = set()
    for path in sorted(ANSWERING.glob("*.py")):
        if path.name == "status.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                word = node.value
                if (word.startswith(FAMILIES) and word.isidentifier()) or word == "smalltalk":
                    found.add(word)
    return found


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_label_and_stands_in_the_contract(status: Status) -> None:
    """Reports name every outcome, and other programs know it."""
    assert LABELS[status]
    assert status in CONTRACT or status.startswith("error_")


def test_labels_are_for_statuses_and_differ() -> None:
    """Two outcomes are never reported under one name."""
    assert set(LABELS) == set(Status)
    assert len(set(LABELS.values())) == len(LABELS)


def test_what_the_code_says_is_a_status() -> None:
    """No step invents a word; every word is said somewhere."""
    assert words_in_code() == {str(status) for status in Status}


def test_phrases_have_statuses() -> None:
    """The table of phrases uses the same words."""
    assert {status for _key, status in PHRASE_INTENTS.values()} <= {str(item) for item in Status}


def test_answered_is_what_its_name_says() -> None:
    """The rate of answers counts answers and nothing else."""
    assert {str(status) for status in ANSWERED} == {
        word for word in CONTRACT if word.startswith("answered_")
    }
