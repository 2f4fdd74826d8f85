"""Answering is tested with the repository's registers and entries made for the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answering.conversation import KnowledgeView
from assistant.knowledge.entry import Kind
from assistant.knowledge.registers import Registers, load_registers
from tests.answering.decide_rows import CARD, LOST, OLD_LINES, RENEWAL, WITHDRAWAL
from tests.builders import a_view, an_entry


@pytest.fixture(scope="session")
def registers(repository: Path) -> Registers:
    """Return the registers of the working tree."""
    loaded, problems = load_registers(repository / "knowledge")
    assert [] == problems
    return loaded


@pytest.fixture(scope="module")
def view(registers: Registers) -> KnowledgeView:
    """Return the edition of the matters of decide_rows; other modules bring their own."""
    return a_view(
        registers,
        an_entry(RENEWAL),
        an_entry(LOST, title="身份证丢失怎么补领？", answer="丢失的到派出所补领。"),
        an_entry(
            CARD,
            kind=Kind.FAQ,
            title="社保卡丢了怎么补？",
            answer="先挂失再补办，未成年人由监护人代办。",
            sections={
                "materials": "- 身份证原件1份",
                "process": "1. 到窗口申请。",
                "mistakes": "外地户口要带居住证。",
            },
        ),
        an_entry(
            OLD_LINES,
            kind=Kind.FAQ,
            title="老热线还能打吗？",
            answer="12333和12319照常接听，12345也管。",
            sections={},
        ),
        an_entry(WITHDRAWAL, title="租房怎么提取公积金？"),
        an_entry("id-card/expired", valid_to="2026-11-24"),
        an_entry("id-card/replaced", valid_to="2026-10-31"),
        an_entry(
            "id-card/successor",
            title="新规定？",
            answer="按新规定办。",
            valid_from="2026-11-01",
            supersedes="id-card/replaced",
        ),
    )
