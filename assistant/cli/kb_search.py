"""`wenban kb search`: what a question finds, and why."""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.command(
    help="检索当前版本，列出命中的条目、分数和理由。\n\n"
    '示例：wenban kb search "身份证丢了怎么补"\n\n'
    '示例：wenban kb search "身份证丢了怎么补" --json --top 3'
)
@click.argument("text")
@click.option("--top", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--edition", help="在某个版本里检索；不加时是当前版本")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def search(text: str, top: int, edition: str | None, as_json: bool) -> None:
    """Print the hits of one question."""
    from assistant.retrieval.hits import find_hits
    from assistant.services import named_or_current_edition, process_settings
    from assistant.text import clean_message

    loaded = named_or_current_edition(process_settings(), edition or "")
    found = find_hits(loaded, clean_message(text), top)
    if as_json:
        row = {
            "text": text,
            "edition": loaded.edition.id,
            "would_answer": found.would_answer,
            "hits": [asdict(hit) for hit in found.hits],
        }
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    for number, hit in enumerate(found.hits, start=1):
        reasons = "，".join(f"{name} {value:.2f}" for name, value in hit.reasons.items())
        click.echo(f"{number}. {hit.score:.3f}  {hit.entry_id}  {hit.title}")
        click.echo(f"     最像：{hit.passage.splitlines()[-1] if hit.passage else '（无）'}")
        click.echo(f"     理由：{reasons}")
    verdict = "会直接回答" if found.would_answer else "不会直接回答（分数没有到门槛）"
    click.echo(f"{loaded.edition.id}：{verdict}", err=True)
