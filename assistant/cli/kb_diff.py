"""`wenban kb diff`: what two states of the knowledge base differ in."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from assistant.clock import shanghai_date, utc_now
from assistant.knowledge.diff import ChangeKind, EntryChange, diff_entries

_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}
_SHOWN_CHARS = 60


@click.command(
    help="比较两个状态：新增（+）、删除（-）、改动（~）的条目和改动的字段。\n\n"
    "A、B 是版本编号，或者 CURRENT（当前版本）、WORKING（工作区）。\n\n"
    "示例：wenban kb diff\n\n"
    "示例：wenban kb diff 20261120-020000-0a1b2c3d CURRENT --full"
)
@click.argument("a", default="CURRENT")
@click.argument("b", default="WORKING")
@click.option("--full", is_flag=True, help="列出字段改动前后的全文")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def diff(a: str, b: str, full: bool, as_json: bool) -> None:
    """Print the entries that differ."""
    from assistant.publishing.states import state_named
    from assistant.settings import load_settings

    settings, today = load_settings(), shanghai_date(utc_now())
    before = state_named(a, settings.knowledge, settings.editions, today)
    after = state_named(b, settings.knowledge, settings.editions, today)
    changes = diff_entries(before.entries, after.entries)
    if as_json:
        rows = [asdict(change) for change in changes]
        click.echo(
            json.dumps(
                {"from": before.name, "to": after.name, "changes": rows},
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    for change in changes:
        click.echo(f"{_MARKS[change.kind]} {change.entry_id}  {change.title}")
        for line in _field_lines(change, full):
            click.echo(line)
    counts = "，".join(
        f"{name} {sum(change.kind is kind for change in changes)}"
        for kind, name in (
            (ChangeKind.ADDED, "新增"),
            (ChangeKind.REMOVED, "删除"),
            (ChangeKind.CHANGED, "改动"),
        )
    )
    click.echo(f"{before.name} → {after.name}：{counts}", err=True)


def _field_lines(change: EntryChange, full: bool) -> list[str]:
    """Return the lines that tell the changed fields of an entry."""
    lines: list[str] = []
    for field in change.fields:
        if full:
            lines.append(f"    {field.name}：")
            lines += [f"      - {line}" for line in field.before.split("\n") if field.before]
            lines += [f"      + {line}" for line in field.after.split("\n") if field.after]
        else:
            before, after = _short(field.before), _short(field.after)
            lines.append(f"    {field.name}：{before} → {after}")
    return lines


def _short(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = text.replace("\n", "／") or "（空）"
    return line if len(line) <= _SHOWN_CHARS else f"{line[:_SHOWN_CHARS]}…"
