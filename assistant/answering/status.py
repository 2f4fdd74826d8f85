"""Every outcome of a turn: its status word, and what it is called in Chinese reports."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Status words of contracts.md that answering can give; the family stands before `_`."""

    ANSWERED_ENTRY = "answered_entry"
    ANSWERED_GUIDE = "answered_guide"
    ANSWERED_ASPECT = "answered_aspect"
    ANSWERED_PLACE = "answered_place"
    CLARIFY_OPTIONS = "clarify_options"
    CLARIFY_SLOT = "clarify_slot"
    HANDOFF_OFFERED = "handoff_offered"
    REDIRECTED_LAWFUL_PATH = "redirected_lawful_path"
    UNANSWERABLE_NO_ENTRY = "unanswerable_no_entry"
    UNANSWERABLE_OUT_OF_DOMAIN = "unanswerable_out_of_domain"
    SMALLTALK = "smalltalk"
    ERROR_INTERNAL = "error_internal"


LABELS: dict[Status, str] = {
    Status.ANSWERED_ENTRY: "已答复：常见问答",
    Status.ANSWERED_GUIDE: "已答复：办事指南",
    Status.ANSWERED_ASPECT: "已答复：单项（材料、收费等）",
    Status.ANSWERED_PLACE: "已答复：地点与时间",
    Status.CLARIFY_OPTIONS: "请市民选择问题",
    Status.CLARIFY_SLOT: "请市民补充信息",
    Status.HANDOFF_OFFERED: "告知人工渠道",
    Status.REDIRECTED_LAWFUL_PATH: "告知法定渠道",
    Status.UNANSWERABLE_NO_ENTRY: "未查到规定",
    Status.UNANSWERABLE_OUT_OF_DOMAIN: "不属受理范围的闲谈",
    Status.SMALLTALK: "寒暄",
    Status.ERROR_INTERNAL: "系统故障",
}

ANSWERED = frozenset(
    {
        Status.ANSWERED_ENTRY,
        Status.ANSWERED_GUIDE,
        Status.ANSWERED_ASPECT,
        Status.ANSWERED_PLACE,
    }
)
