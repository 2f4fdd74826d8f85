"""`wenban stats`: what the service did, a day a line, from the counts in the database."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import click

# What the names of the counts are called, in the order of the table.
NAMES = {"turns": "按结果", "turn_seconds": "按用时（秒，上限）", "danger": "危险警报"}


@click.command(help="每天处理了多少消息、结果如何、有多少危险警报。\n\n示例：wenban stats --days 7")
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def stats(days: int, as_json: bool) -> None:
    """Print the counts of the last days."""
    from assistant.clock import shanghai_date, utc_now
    from assistant.settings import load_settings
    from assistant.storage.messages import open_message_store

    now = utc_now()
    since = (shanghai_date(now) - timedelta(days=days - 1)).isoformat()
    with closing(open_message_store(load_settings().database_url, now)) as store:
        counts = store.counts(since)
    if as_json:
        click.echo(json.dumps([count.__dict__ for count in counts], ensure_ascii=False, indent=1))
        return
    if not counts:
        click.echo(f"{since}以来没有处理过消息。")
    day = ""
    for count in counts:
        if count.day != day:
            day = count.day
            click.echo(day)
        click.echo(f"  {NAMES.get(count.name, count.name)}  {count.label}  {count.value}")
