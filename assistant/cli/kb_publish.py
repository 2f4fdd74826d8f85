"""`wenban kb publish` and `kb rollback`: release an edition, or go back to one."""

from __future__ import annotations

import click

from assistant.cli.progress import stage_progress
from assistant.clock import monotonic_seconds, utc_now
from assistant.publishing.publish import PublishReport

_SHOWN = 20


@click.command(
    name="publish",
    help="把审核通过的条目发布成新版本。不加 --commit 时只试做一遍，什么也不改。\n\n"
    "步骤：检查 → 选取已审核的条目 → 复制 → 建索引 → 标准测试问题 → 清单 → 切换。\n\n"
    "示例：wenban kb publish\n\n"
    '示例：wenban kb publish --commit --note "调整生育津贴标准"',
)
@click.option("--commit", is_flag=True, help="真正发布")
@click.option("--note", default="", help="这一版改了什么")
def publish_command(commit: bool, note: str) -> None:
    """Publish or try to; the edition's id is printed on stdout, all else on stderr."""
    from assistant.publishing.publish import publish
    from assistant.services import process_embedder, publish_order
    from assistant.settings import load_settings

    started = monotonic_seconds()
    order = publish_order(load_settings(), note)
    report = publish(order, process_embedder(), utc_now(), commit=commit, say=stage_progress())
    _tell(report)
    seconds = monotonic_seconds() - started
    if commit:
        click.echo(f"已发布，用时 {seconds:.0f} 秒。新版本：", err=True)
        click.echo(report.edition)
    else:
        click.echo(f"试做通过，用时 {seconds:.0f} 秒；加 --commit 才会发布。", err=True)


def _tell(report: PublishReport) -> None:
    """Print what the edition holds and what it leaves out."""
    for item in report.left_out[:_SHOWN]:
        click.echo(f"警告：{item}", err=True)
    if len(report.left_out) > _SHOWN:
        click.echo(f"警告：还有 {len(report.left_out) - _SHOWN} 个条目没有按现状发布", err=True)
    golden = report.golden
    for miss in golden.misses:
        click.echo(f"未命中：{miss}", err=True)
    skipped = f"（{golden.skipped} 个因条目未发布而跳过）" if golden.skipped else ""
    click.echo(
        f"{report.entries} 个条目，退出 {len(report.retired)} 个，"
        f"未按现状发布 {len(report.left_out)} 个；"
        f"标准测试问题 {len(golden.right)}/{golden.asked} "
        f"在前三名（{golden.share_right:.1%}）{skipped}",
        err=True,
    )


@click.command(
    name="rollback",
    help="让以前的版本重新回答。不加 --commit 时只核对，什么也不改。\n\n"
    "示例：wenban kb list 看有哪些版本\n\n"
    "示例：wenban kb rollback 20261124-031500-1a2b3c4d --commit",
)
@click.argument("edition")
@click.option("--commit", is_flag=True, help="真正回滚")
def rollback_command(edition: str, commit: bool) -> None:
    """Verify an edition and let it answer."""
    from assistant.publishing.rollback import roll_back
    from assistant.services import process_embedder
    from assistant.settings import load_settings

    report = roll_back(load_settings().editions, edition, process_embedder(), commit=commit)
    former = report.from_edition or "（无）"
    if commit:
        click.echo(f"已从 {former} 回到，{report.entries} 个条目：", err=True)
        click.echo(report.to_edition)
    else:
        click.echo(
            f"{report.to_edition} 完好，{report.entries} 个条目，现在是 {former}；"
            "加 --commit 才会回滚。",
            err=True,
        )
