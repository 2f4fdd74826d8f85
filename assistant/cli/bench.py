"""`wenban bench`: speed and memory, each figure beside what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from assistant.cli.figures import Figure, figures_json, print_figures
from assistant.cli.progress import stage_progress

PARTS = ("danger", "question", "turn", "publish", "large")


@click.command(
    help="速度与内存的测量：危险识别、一个问题、一轮对话、一次发布、十万条目（共约 30 分钟）。\n\n"
    "示例：wenban bench --part question --part turn"
)
@click.option(
    "--part", "parts", type=click.Choice(PARTS), multiple=True,
    help="只测这一部分，可多次给出；不加时全部",
)  # fmt: skip
@click.option(
    "--entries", type=click.IntRange(1000, 1_000_000), default=100_000, show_default=True,
    help="“large”部分的条目数",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def bench(parts: Sequence[str], entries: int, as_json: bool) -> None:
    """Measure the chosen parts and print them; exit status 1 when a goal is missed."""
    from assistant.worker.quiet import quiet_environment

    quiet_environment()
    from assistant.cli.bench_danger import bench_danger
    from assistant.cli.bench_large import bench_large
    from assistant.cli.bench_publish import bench_publish
    from assistant.cli.bench_question import bench_question
    from assistant.cli.bench_turn import bench_turn

    tell = stage_progress()
    measures: dict[str, tuple[str, Callable[[], list[Figure]]]] = {
        "danger": ("A look for danger", lambda: bench_danger(tell)),
        "question": ("One question", lambda: bench_question(tell)),
        "turn": ("One turn in the worker", lambda: bench_turn(tell)),
        "publish": ("From a changed entry to the new answer", bench_publish),
        "large": (f"{entries:,} entries", lambda: bench_large(entries, tell)),
    }
    found: dict[str, Sequence[Figure]] = {}
    for name in parts or PARTS:
        title, measure = measures[name]
        found[title] = measure()
        if not as_json:
            print_figures(title, found[title])
    if as_json:
        click.echo(figures_json(found))
    if any(figure.is_met is False for figures in found.values() for figure in figures):
        raise SystemExit(1)
