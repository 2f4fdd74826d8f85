"""`wenban kb check`: every problem of the knowledge base, one a line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from assistant.clock import monotonic_seconds, shanghai_date, utc_now
from assistant.knowledge.check_context import Stage
from assistant.knowledge.checks import check_knowledge
from assistant.knowledge.problems import Problem
from assistant.safety.emergencies import EMERGENCIES, load_emergencies
from assistant.settings import load_settings


@click.command(
    help="列出知识库的全部问题，一行一个：文件:行: 规则: 说明。\n\n"
    "有错误时退出码是 1；只有警告时是 0。\n\n"
    "示例：wenban kb check\n\n"
    "示例：wenban kb check knowledge/faq/id-card knowledge/guides/id-card"
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--stage",
    type=click.Choice([stage.value for stage in Stage]),
    default=Stage.DRAFT.value,
    show_default=True,
    help="publish：没有审核完的条目也算错误",
)
@click.option("--no-warnings", is_flag=True, help="只列错误")
def check(paths: tuple[Path, ...], stage: str, no_warnings: bool) -> None:
    """Print problems on stdout and a summary on stderr."""
    started = monotonic_seconds()
    settings = load_settings()
    report = check_knowledge(
        settings.knowledge, shanghai_date(utc_now()), paths, stage=Stage(stage)
    )
    emergencies = [] if paths else load_emergencies(settings.knowledge / EMERGENCIES)[1]
    for problem in emergencies:
        click.echo(shown(problem))
    for problem in report.errors if no_warnings else report.problems:
        mark = "" if problem in report.errors else "（警告）"
        click.echo(f"{shown(problem)}{mark}")
    seconds = monotonic_seconds() - started
    click.echo(
        f"{len(report.entries)} 个条目，{len(report.errors) + len(emergencies)} 处错误，"
        f"{len(report.warnings)} 处警告，用时 {seconds:.1f} 秒",
        err=True,
    )
    if report.errors or emergencies:
        raise SystemExit(1)


def shown(problem: Problem) -> Problem:
    """Return a problem with its path as seen from the working folder."""
    path, here = Path(problem.path), Path.cwd()
    if path.is_absolute() and path.is_relative_to(here):
        return replace(problem, path=str(path.relative_to(here)))
    return problem
