"""`wenban answers`: see and turn the switch that stops answers."""

from __future__ import annotations

import getpass
from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING

import click

from assistant.cli.lazy import CONTEXT_SETTINGS

if TYPE_CHECKING:
    from assistant.messages.oversight import Answering
    from assistant.storage.messages import SqlMessageStore

MAX_NAME_CHARS = 64


@click.group(
    context_settings=CONTEXT_SETTINGS,
    invoke_without_command=True,
    help="智能答复的总开关。\n\n"
    "关闭后只保存消息和处理危险，所有进程立即生效，不用重启；知识公开页也一起暂停。\n\n"
    '示例：wenban answers off --reason "公积金答复有误，正在核对"',
)
@click.pass_context
def answers(context: click.Context) -> None:
    """Show the state when no subcommand is named."""
    if context.invoked_subcommand is None:
        with _store() as store:
            click.echo(_told(store.answering()))


@answers.command("on", help='恢复智能答复。\n\n示例：wenban answers on --reason "已更正并发布"')
@click.option("--reason", required=True, help="原因，写入审计记录")
@click.option("--as", "user", help="操作人（默认当前系统用户）")
def on(reason: str, user: str | None) -> None:
    """Turn answers on."""
    _turn(is_on=True, reason=reason, user=user)


@answers.command("off", help='暂停智能答复。\n\n示例：wenban answers off --reason "政策有变"')
@click.option("--reason", required=True, help="原因，写入审计记录")
@click.option("--as", "user", help="操作人（默认当前系统用户）")
def off(reason: str, user: str | None) -> None:
    """Turn answers off."""
    _turn(is_on=False, reason=reason, user=user)


def _turn(*, is_on: bool, reason: str, user: str | None) -> None:
    """Turn the switch and tell what is so now."""
    from assistant.clock import utc_now
    from assistant.messages.oversight import MAX_REASON_CHARS

    reason, name = reason.strip(), (user or getpass.getuser()).strip()
    if not reason or len(reason) > MAX_REASON_CHARS:
        raise click.UsageError(f"--reason 须为1到{MAX_REASON_CHARS}个字")
    if not name or len(name) > MAX_NAME_CHARS:
        raise click.UsageError(f"--as 须为1到{MAX_NAME_CHARS}个字")
    with _store() as store:
        if store.answering().is_on != is_on:
            store.set_answering(is_on=is_on, reason=reason, set_by=name, now=utc_now())
        else:
            click.echo("状态没有变化，未作记录。", err=True)
        click.echo(_told(store.answering()))


def _store() -> AbstractContextManager[SqlMessageStore]:
    """Open the database of this installation."""
    from assistant.clock import utc_now
    from assistant.settings import load_settings
    from assistant.storage.messages import open_message_store

    return closing(open_message_store(load_settings().database_url, utc_now()))


def _told(state: Answering) -> str:
    """Return the state in one line."""
    from assistant.clock import SHANGHAI

    word = "智能答复：正常" if state.is_on else "智能答复：已暂停（仍保存消息、处理危险）"
    if state.set_at is None:
        return word
    at = state.set_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return f"{word}；{at}由{state.set_by}设置，原因：{state.reason}"
