"""`wenban kb list` and `kb show`: editions, entries, and one entry as it stands."""

from __future__ import annotations

import json

import click

from assistant.clock import shanghai_date, utc_now
from assistant.errors import EditionNotFound
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.editions import (
    current_id,
    damaged_editions,
    list_editions,
    load_edition,
)
from assistant.knowledge.entry_text import entry_text
from assistant.knowledge.review_state import STATE_NAMES, ReviewState, review_state
from assistant.settings import Settings, load_settings


@click.command(
    name="list",
    help="列出版本（* 是当前版本）；加 --entries 列出工作区的条目和审核状态。\n\n"
    "示例：wenban kb list\n\n"
    "示例：wenban kb list --entries --state submitted",
)
@click.option("--current", is_flag=True, help="只输出当前版本的编号")
@click.option("--entries", is_flag=True, help="列出条目")
@click.option(
    "--state", type=click.Choice([state.value for state in ReviewState]), help="只列这种状态的条目"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，一行一个")
def list_editions_command(current: bool, entries: bool, state: str | None, as_json: bool) -> None:
    """Print editions or entries, one a line."""
    settings = load_settings()
    if current:
        click.echo(current_id(settings.editions))
    elif entries or state:
        _list_entries(settings, state, as_json)
    else:
        _list_editions(settings, as_json)


def _list_editions(settings: Settings, as_json: bool) -> None:
    """Print the editions, oldest first."""
    try:
        now = current_id(settings.editions)
    except EditionNotFound:
        now = ""
    for manifest in list_editions(settings.editions):
        if as_json:
            row = {
                "id": manifest.id,
                "is_current": manifest.id == now,
                "created_at": manifest.created_at,
                "parent": manifest.parent,
                "entries": manifest.entries,
                "note": manifest.note,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            mark = "*" if manifest.id == now else " "
            click.echo(f"{mark} {manifest.id}  {manifest.entries} 个条目  {manifest.note}".rstrip())
    for name in damaged_editions(settings.editions):
        click.echo(f"警告：{name} 的清单已损坏，不能回到这一版", err=True)


def _list_entries(settings: Settings, state: str | None, as_json: bool) -> None:
    """Print the entries of the working tree with their states."""
    today = shanghai_date(utc_now())
    report = check_knowledge(settings.knowledge, today, checks={})
    for entry in sorted(report.entries, key=lambda entry: entry.id):
        found = review_state(entry, report.context.signers, today)
        if state and found != state:
            continue
        if as_json:
            row = {
                "id": entry.id,
                "title": entry.title,
                "owner": entry.owner,
                "state": found.value,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{entry.id}  {STATE_NAMES[found]}  {entry.title}")


@click.command(
    help="显示一个条目的全文和审核状态。\n\n"
    "示例：wenban kb show id-card/lost-reissue\n\n"
    "示例：wenban kb show id-card/lost-reissue --edition CURRENT"
)
@click.argument("entry_id", metavar="ID")
@click.option("--edition", help="显示某个版本里的内容（CURRENT 是当前版本）；不加时是工作区")
def show(entry_id: str, edition: str | None) -> None:
    """Print one entry."""
    settings, today = load_settings(), shanghai_date(utc_now())
    report = check_knowledge(settings.knowledge, today, checks={})
    if edition:
        name = current_id(settings.editions) if edition.upper() == "CURRENT" else edition
        entries = load_edition(settings.editions, name).entries
    else:
        entries = {entry.id: entry for entry in report.entries}
    entry = entries.get(entry_id)
    if entry is None:
        raise click.ClickException(f"没有条目 {entry_id}；wenban kb list --entries 列出全部")
    click.echo(entry_text(entry), nl=False)
    state = review_state(entry, report.context.signers, today)
    click.echo(f"状态：{STATE_NAMES[state]}（{state.value}）", err=True)
