"""`wenban kb submit`, `kb approve`, `kb reject`: the steps of review."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from assistant.clock import shanghai_date, utc_now
from assistant.knowledge.checks import read_context
from assistant.knowledge.review import ReviewDesk, approve, reject, submit
from assistant.knowledge.review_state import STATE_NAMES, ReviewState
from assistant.settings import load_settings

_Command = TypeVar("_Command", bound=Callable[..., object])


def _id_and_user(command: _Command) -> _Command:
    """Add what all three commands take."""
    with_user = click.option("--as", "user", required=True, help="以谁的身份，例如 reviewer-chen")
    return click.argument("entry_id", metavar="ID")(with_user(command))


@click.command(
    name="submit",
    help="把条目现在的内容提交审核（编辑）。\n\n"
    "示例：wenban kb submit id-card/photo --as editor-lin",
)
@_id_and_user
def submit_command(entry_id: str, user: str) -> None:
    """Submit an entry."""
    _tell(entry_id, submit(_desk(), entry_id, user))


@click.command(
    name="approve",
    help="审核通过。先由主管部门的审核员，再由热线审核员；不能审核自己写的或自己签过的。\n\n"
    "示例：wenban kb approve id-card/photo --as dept-public-security",
)
@_id_and_user
def approve_command(entry_id: str, user: str) -> None:
    """Approve an entry."""
    _tell(entry_id, approve(_desk(), entry_id, user))


@click.command(
    name="reject",
    help="退回给编辑，写明原因。\n\n"
    '示例：wenban kb reject id-card/photo --as reviewer-wu --reason "收费标准缺文号"',
)
@_id_and_user
@click.option("--reason", required=True, help="为什么退回")
def reject_command(entry_id: str, user: str, reason: str) -> None:
    """Reject an entry."""
    _tell(entry_id, reject(_desk(), entry_id, user, reason))


def _desk() -> ReviewDesk:
    """Return where reviews are done today."""
    knowledge, today = load_settings().knowledge, shanghai_date(utc_now())
    context, _, _ = read_context(knowledge, today)
    return ReviewDesk(knowledge, context.signers, today)


def _tell(entry_id: str, state: ReviewState) -> None:
    """Print the new state."""
    click.echo(f"{entry_id}：{STATE_NAMES[state]}（{state.value}）")
