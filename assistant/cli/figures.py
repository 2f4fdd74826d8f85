"""One figure of an evaluation or a benchmark, and the table that prints them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click


@dataclass(frozen=True)
class Figure:
    """A measured figure in words, what it should be, and whether it is; None: nothing is asked."""

    name: str
    value: str
    goal: str = ""
    is_met: bool | None = None


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    """Print a Markdown table, so that it can stand in docs/evaluation.md as it is."""
    click.echo(f"\n### {title}\n")
    click.echo("| what | figure | goal | met |")
    click.echo("|---|---|---|---|")
    for figure in figures:
        mark = {True: "yes", False: "**no**", None: ""}[figure.is_met]
        click.echo(f"| {figure.name} | {figure.value} | {figure.goal} | {mark} |")


def figures_json(parts: dict[str, Sequence[Figure]]) -> str:
    """Return all figures as one JSON object, by the title of their table."""
    rows = {title: [asdict(figure) for figure in figures] for title, figures in parts.items()}
    return json.dumps(rows, ensure_ascii=False, indent=1)


def goal_met(value: float, *, at_least: float | None = None, at_most: float | None = None) -> bool:
    """Return whether a value keeps its bounds."""
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
