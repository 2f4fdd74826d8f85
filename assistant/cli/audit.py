"""`wenban audit`: read the audit trail and check that nobody changed it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from assistant.cli.lazy import CONTEXT_SETTINGS

if TYPE_CHECKING:
    from assistant.messages.audit import AuditRow


@click.group(
    context_settings=CONTEXT_SETTINGS,
    help="审计记录：谁在什么时候处理了哪条消息、转动了哪个开关。\n\n示例：wenban audit verify",
)
def audit() -> None:
    """Group the commands of the audit trail."""


@audit.command("list", help="最近的记录，新的在前。\n\n示例：wenban audit list --action danger")
@click.option("--limit", type=click.IntRange(1, 10000), default=20, show_default=True)
@click.option("--action", default="", help="只看一种：turn、danger、answering_on、answering_off")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON 对象")
def list_rows(limit: int, action: str, as_json: bool) -> None:
    """Print the newest rows."""
    from assistant.clock import utc_now
    from assistant.settings import load_settings
    from assistant.storage.messages import open_message_store

    with closing(open_message_store(load_settings().database_url, utc_now())) as store:
        rows = store.newest_audit_rows(limit, action)
    if not rows and not as_json:
        click.echo("没有审计记录。")
    for row in rows:
        click.echo(_json_line(row) if as_json else _line(row))


@audit.command(
    "verify",
    help="从头核对整条记录链；记录被改、删、插都会指出位置，退出码 1。\n\n"
    "请定期记下输出的校验值（另存他处），下次用 --head 带上：这样末尾被删也能发现。\n\n"
    "示例：wenban audit verify --head 3f0c…",
)
@click.option("--head", default="", help="上次记下的校验值")
def verify(head: str) -> None:
    """Check the chain from its beginning."""
    from assistant.clock import utc_now
    from assistant.messages.audit import ChainCheck
    from assistant.messages.oversight import all_audit_rows
    from assistant.settings import load_settings
    from assistant.storage.messages import open_message_store

    check = ChainCheck(head.strip())
    fault = None
    with closing(open_message_store(load_settings().database_url, utc_now())) as store:
        for rows in all_audit_rows(store):
            fault = check.feed(rows)
            if fault is not None:
                break
    fault = fault or check.end()
    if fault is not None:
        click.echo(f"审计记录在第{fault.sequence}条处不可信：{fault.reason}", err=True)
        raise SystemExit(1)
    click.echo(f"审计记录完好，共{check.count}条，校验值 {check.head}")


def _line(row: AuditRow) -> str:
    """Return one row for people."""
    from assistant.clock import SHANGHAI

    at = row.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return f"{row.sequence}  {at}  {row.actor}  {row.action}  {row.subject}  {row.detail}"


def _json_line(row: AuditRow) -> str:
    """Return one row for programs."""
    body = {**row.__dict__, "at": row.at.isoformat(), "detail": json.loads(row.detail)}
    return json.dumps(body, ensure_ascii=False)
