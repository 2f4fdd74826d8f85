"""`wenban alarms`: the dangers that were told, for the people on duty."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.messages.alarm import StoredAlarm
    from assistant.messages.store import MessageStore

WATCH_SECONDS = 2.0


@click.command(
    help="危险提醒：谁说的话被识别为危险、告诉了哪个电话。个人信息已遮盖。\n\n"
    "示例：wenban alarms --watch"
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--watch", is_flag=True, help="一直开着，有新的就显示（Ctrl-C 结束）")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON 对象")
def alarms(limit: int, watch: bool, as_json: bool) -> None:
    """Print the newest alarms, oldest of them first, and with `--watch` those that come."""
    from assistant.clock import utc_now
    from assistant.services import danger_emergencies
    from assistant.settings import load_settings
    from assistant.storage.messages import open_message_store

    settings = load_settings()
    titles = {kind.id: kind.title for kind in danger_emergencies(settings).kinds}
    show = _json_line if as_json else _line
    with closing(open_message_store(settings.database_url, utc_now())) as store:
        found = store.duty_alarms(limit)[::-1]
        for alarm in found:
            click.echo(show(alarm, titles))
        if not found and not as_json:
            click.echo("没有危险提醒。")
        if watch:
            for alarm in _coming(store, found[-1].sequence if found else 0):
                click.echo(show(alarm, titles))


def _coming(store: MessageStore, last: int) -> Iterator[StoredAlarm]:
    """Yield alarms after the number `last` as they come, without an end."""
    from assistant.errors import StorageUnavailable

    while True:
        time.sleep(WATCH_SECONDS)
        try:
            fresh = [alarm for alarm in store.duty_alarms(1000) if alarm.sequence > last]
        except StorageUnavailable as err:
            click.echo(f"数据库暂时读不了，接着等：{err}", err=True)
            continue
        for alarm in reversed(fresh):
            last = alarm.sequence
            yield alarm


def _line(alarm: StoredAlarm, titles: dict[str, str]) -> str:
    """Return an alarm for people to read; line breaks of the citizen's are blanks."""
    from assistant.clock import SHANGHAI
    from assistant.privacy import mask

    moment = alarm.raised_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    kind = titles.get(alarm.kind, "未分类")
    words = " ".join(mask(alarm.text).split())
    return f"{moment}  {alarm.number}  {kind}  {alarm.message_id[-8:]}  {words}"


def _json_line(alarm: StoredAlarm, titles: dict[str, str]) -> str:
    """Return an alarm as one JSON object."""
    from assistant.privacy import mask

    body = {
        "sequence": alarm.sequence,
        "raised_at": alarm.raised_at.isoformat(),
        "number": alarm.number,
        "kind": alarm.kind,
        "title": titles.get(alarm.kind, ""),
        "conversation_id": alarm.conversation_id,
        "message_id": alarm.message_id,
        "text": mask(alarm.text),
    }
    return json.dumps(body, ensure_ascii=False)
