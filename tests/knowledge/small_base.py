"""A small, whole knowledge base for tests: four entries, the registers, golden questions.

`make_entry` builds an entry with defaults, `signed` gives it a whole review, `write_base`
writes the folder. Nothing here depends on the content of knowledge/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.knowledge.entry import ASPECT_HEADINGS, Check, Entry, Kind, PolicySource
from assistant.knowledge.entry_text import entry_text, path_of
from tests.knowledge.registers_folder import write_registers

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SIGNED_ON = "2025-06-01"

REVIEWERS = """\
reviewers:
  - {id: "editor-lin", name: "林晓", role: "editor"}
  - {id: "editor-he", name: "何方", role: "editor"}
  - {id: "dept-hr", name: "孙丽华", role: "department", departments: ["human-resources"]}
  - {id: "dept-hr-two", name: "周平", role: "department", departments: ["human-resources"]}
  - {id: "dept-edu", name: "吴敏", role: "department", departments: ["education"]}
  - {id: "reviewer-chen", name: "陈卓", role: "hotline"}
  - {id: "reviewer-wu", name: "武岳", role: "hotline"}
"""
DEPARTMENT_SIGNER = {"human-resources": "dept-hr", "education": "dept-edu"}

SOURCE = PolicySource(
    "社会保障卡管理办法（示例）", "云人社规〔2024〕1号（示例）", "第五条", "2024-12-01"
)
SECTIONS = {aspect: f"- {heading}的内容，逐项写清。" for aspect, heading in ASPECT_HEADINGS.items()}

# id → what differs from the defaults of `make_entry`
MATTERS: dict[str, dict[str, Any]] = {
    "social-insurance/lost-card": {
        "title": "社保卡丢了怎么补办？",
        "similar": ("社保卡不见了去哪补", "社会保障卡遗失重新做一张", "医保社保那张卡掉了怎么弄"),
        "unlike": ("身份证丢了怎么补",),
        "answer": "社保卡丢失的，可以到任一社保服务网点挂失补办，当场领取新卡。",
    },
    "social-insurance/pension-start": {
        "title": "养老金从哪个月开始领取？",
        "similar": ("到了退休年龄几时发养老钱", "退休金首月怎么算", "办完退休多久拿到第一笔养老金"),
        "answer": "养老金从批准退休的次月起按月发放到社保卡的银行账户。",
    },
    "education/enrol": {
        "title": "孩子上小学怎么报名？",
        "similar": ("小学一年级新生登记", "娃娃六岁了去哪里报名读书", "幼升小几月份开始报"),
        "owner": "education",
        "topic": ("教育", "入学"),
        "answer": "小学一年级新生每年六月在教育入学平台网上报名，线下到学区学校登记。",
    },
    "social-insurance/unemployment": {
        "kind": Kind.GUIDE,
        "title": "失业保险金怎么申领？",
        "similar": ("被公司裁员了能领失业金吗", "没工作了失业补助去哪申请", "失业金领取流程"),
        "answer": "失业人员可以在终止劳动关系后到社保经办机构申领失业保险金。",
        "sections": SECTIONS,
    },
}  # fmt: skip
GOLDEN: tuple[tuple[str, str], ...] = (
    ("我的社保卡弄丢了现在要怎么补一张", "social-insurance/lost-card"),
    ("下个月退休养老金什么时候开始发给我", "social-insurance/pension-start"),
    ("我家孩子今年要读小学一年级怎么报名呀", "education/enrol"),
    ("被单位辞退了想申请失业保险金", "social-insurance/unemployment"),
)


def make_entry(entry_id: str = "social-insurance/lost-card", **changes: Any) -> Entry:
    """Return an unsigned entry; `changes` replace fields of the matter's defaults."""
    fields: dict[str, Any] = {
        "id": entry_id,
        "kind": Kind.FAQ,
        "title": f"{entry_id}要怎样办理？",
        "similar": tuple(f"{entry_id}的第{number}种问法" for number in "一二三"),
        "unlike": (),
        "owner": "human-resources",
        "topic": ("劳动和社会保障", "社会保险"),
        "area": "yunzhou",
        "audience": ("person",),
        "visibility": "public",
        "sources": (SOURCE,),
        "valid_from": "2025-01-01",
        "valid_to": "",
        "supersedes": "",
        "review_by": "2099-12-31",
        "author": "editor-lin",
        "answer": "请到社保服务网点办理。",
        "sections": {},
    }
    entry = Entry(**{**fields, **MATTERS.get(entry_id, {}), **changes})
    return replace(entry, path=path_of(entry, Path()).as_posix())


def signed(entry: Entry, *, steps: int = 3, on: str = SIGNED_ON) -> Entry:
    """Return an entry whose present content went through the first `steps` of its review."""
    digest = entry.content_hash()
    checks = (
        Check("submitted", "editor-he", on, digest),
        Check("department", DEPARTMENT_SIGNER[entry.owner], on, digest),
        Check("hotline", "reviewer-chen", on, digest),
    )
    return replace(entry, checks=checks[:steps])


def all_signed() -> list[Entry]:
    """Return the entries of MATTERS, approved."""
    return [signed(make_entry(entry_id)) for entry_id in MATTERS]


def write_entry(folder: Path, entry: Entry) -> Path:
    """Write one entry where its id demands it and return the file."""
    path = path_of(entry, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(entry_text(entry), "utf-8")
    return path


def write_golden(folder: Path, questions: Iterable[tuple[str, str]]) -> None:
    """Write the golden questions."""
    rows = [f'- {{question: "{text}", entry: "{entry_id}"}}\n' for text, entry_id in questions]
    (folder / "questions").mkdir(parents=True, exist_ok=True)
    (folder / "questions" / "all.yml").write_text("".join(rows), "utf-8")


def write_base(
    folder: Path,
    entries: Sequence[Entry] | None = None,
    golden: Iterable[tuple[str, str]] = GOLDEN,
) -> Path:
    """Write a knowledge folder without faults and return it."""
    write_registers(folder)
    (folder / "reviewers.yml").write_text(REVIEWERS, "utf-8")
    (folder / "link_hosts.yml").write_text('hosts:\n  - "gov.cn"\n', "utf-8")
    (folder / "golden.yml").write_text('right_in_top3: "0.75"\nmax_worse: "0"\n', "utf-8")
    for entry in all_signed() if entries is None else entries:
        write_entry(folder, entry)
    write_golden(folder, golden)
    return folder


def replace_once(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), "utf-8")
