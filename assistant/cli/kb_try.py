"""`wenban kb try`: a batch of questions against an edition or the working tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assistant.cli.jsonl import read_rows, written_rows
from assistant.cli.progress import stage_progress
from assistant.clock import shanghai_date, utc_now


@click.command(
    name="try",
    help="批量命中测试：每行 {id, text} 的问题，输出每行 {id, hits, would_answer}。\n\n"
    "示例：wenban kb try --batch 问题.jsonl --out 结果.jsonl\n\n"
    "示例：wenban kb try --batch 问题.jsonl --out 结果.jsonl --draft",
)
@click.option(
    "--batch",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="问题文件",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果文件")
@click.option("--edition", help="用某个版本；不加时是当前版本")
@click.option("--draft", is_flag=True, help="用工作区里的条目，不论是否审核过")
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True)
def try_batch(batch: Path, out: Path, edition: str | None, draft: bool, top: int) -> None:
    """Write the hits of every question, in the order of the input."""
    from assistant.errors import InvalidText
    from assistant.retrieval.hits import find_hits
    from assistant.services import (
        named_or_current_edition,
        process_settings,
        working_edition,
    )
    from assistant.text import clean_message

    if edition and draft:
        raise click.UsageError("--edition 和 --draft 只能用一个")
    rows = read_rows(batch, ("id", "text"))
    settings = process_settings()
    if draft:
        loaded = working_edition(settings, shanghai_date(utc_now()), stage_progress())
    else:
        loaded = named_or_current_edition(settings, edition or "")

    def results() -> Iterator[dict[str, Any]]:
        for row in rows:
            try:
                if not isinstance(row["text"], str):
                    raise InvalidText("invalid_text", "text 应是文字")
                found = find_hits(loaded, clean_message(row["text"]), top)
            except InvalidText as err:
                yield {"id": row["id"], "hits": [], "would_answer": False, "error": str(err)}
                continue
            hits = [{"entry_id": hit.entry_id, "score": hit.score} for hit in found.hits]
            yield {"id": row["id"], "hits": hits, "would_answer": found.would_answer}

    written_rows(out, results(), len(rows), "命中测试")
