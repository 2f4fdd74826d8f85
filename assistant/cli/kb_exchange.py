"""`wenban kb import` and `kb export`: tables and JSON lines to entry files and back."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.kb_check import shown
from assistant.clock import shanghai_date, utc_now
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.exchange import carry_out, export_entries, plan_import
from assistant.knowledge.tables import SUFFIXES
from assistant.settings import load_settings

_KINDS = "、".join(SUFFIXES)


@click.command(
    name="import",
    help=f"从 {_KINDS} 导入条目。不加 --commit 时只说明会改什么，什么也不写。\n\n"
    "审核记录不会导入：新增和改动过的条目要重新提交、审核才会发布，内容没变的保留原来的审核。\n\n"
    "示例：wenban kb import 条目.xlsx\n\n"
    "示例：wenban kb import 条目.xlsx --commit",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--commit", is_flag=True, help="真正写入")
def import_command(file: Path, commit: bool) -> None:
    """Plan an import, print it, and carry it out."""
    _refuse_other_kinds(file)
    knowledge = load_settings().knowledge
    report = check_knowledge(knowledge, shanghai_date(utc_now()), checks={})
    plan = plan_import(file, report.entries, report.context)
    for problem in plan.problems:
        click.echo(str(shown(problem)))
    for mark, entries in (("+", plan.added), ("~", plan.changed)):
        for entry in entries:
            click.echo(f"{mark} {entry.id}  {entry.title}")
    click.echo(
        f"新增 {len(plan.added)}，改动 {len(plan.changed)}，相同 {len(plan.same)}，"
        f"错误 {len(plan.errors)}",
        err=True,
    )
    if plan.errors:
        raise click.ClickException("有错误，没有写入任何文件")
    if commit:
        click.echo(f"已写入 {len(carry_out(plan, knowledge))} 个文件", err=True)
    else:
        click.echo("加 --commit 才会写入", err=True)


@click.command(
    name="export",
    help=f"把工作区的条目导出成 {_KINDS}。以 = + - @ 开头的单元格前面会加 '，防止被当成公式；"
    "导入时自动去掉。不加 --commit 时只说明会写什么。\n\n"
    "示例：wenban kb export 条目.xlsx --commit",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--commit", is_flag=True, help="真正写入")
def export_command(file: Path, commit: bool) -> None:
    """Write all entries of the working tree into one file."""
    _refuse_other_kinds(file)
    report = check_knowledge(load_settings().knowledge, shanghai_date(utc_now()), checks={})
    for problem in report.errors:
        click.echo(str(shown(problem)), err=True)
    if report.errors:
        raise click.ClickException("有读不出来的文件，没有导出；请先运行 wenban kb check")
    if not commit:
        click.echo(f"会写入 {len(report.entries)} 个条目到 {file}；加 --commit 才会写", err=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    export_entries(report.entries, file)
    click.echo(f"已导出 {len(report.entries)} 个条目到 {file}", err=True)


def _refuse_other_kinds(file: Path) -> None:
    """Refuse a file of a form that we do not know."""
    if file.suffix not in SUFFIXES:
        raise click.UsageError(f"{file.name}：只支持 {_KINDS}")
