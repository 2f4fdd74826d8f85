"""`wenban ask`: one turn, or a batch of turns, each in a fresh conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from assistant.cli.jsonl import read_rows, written_rows


@click.command(
    help="问一个问题，输出一条决定（Decision）。\n\n"
    '示例：wenban ask "社保卡丢了怎么补" --json\n\n'
    "批量：wenban ask --batch 问题.jsonl --out 决定.jsonl"
)
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON；不加时只输出答复文字")
@click.option("--batch", type=click.Path(path_type=Path, exists=True), help="每行 {id, text}")
@click.option("--out", type=click.Path(path_type=Path), help="批量结果写到这个文件")
def ask(text: str | None, as_json: bool, batch: Path | None, out: Path | None) -> None:
    """Print one decision or write a batch of them."""
    if (text is None) == (batch is None):
        raise click.UsageError("请给出一个问题，或者用 --batch 和 --out")
    if batch is not None:
        if out is None:
            raise click.UsageError("--batch 需要同时给出 --out")
        rows = read_rows(batch, ("id", "text"))
        written_rows(out, decisions(rows), len(rows), "提问")
        return
    assert text is not None
    (decision,) = decisions([{"id": "1", "text": text}])
    if as_json:
        click.echo(json.dumps(decision, ensure_ascii=False, indent=1))
    else:
        click.echo("\n\n".join(reply["text"] for reply in decision["replies"]))


def decisions(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one Decision a row, in order; nothing is stored."""
    from assistant.worker.quiet import quiet_environment

    quiet_environment()
    from assistant.answering.decision import decision_of
    from assistant.clock import monotonic_seconds
    from assistant.errors import InvalidText
    from assistant.services import knowledge_view, process_settings
    from assistant.text import clean_message
    from assistant.worker.process import rasa_model
    from assistant.worker.turn import TurnRunner

    runner = TurnRunner(rasa_model(process_settings()))
    loop = asyncio.new_event_loop()
    try:
        for number, row in enumerate(rows):
            started = monotonic_seconds()
            try:
                text = clean_message("" if row["text"] is None else str(row["text"]))
            except InvalidText as err:
                yield {"id": row["id"], "text": row["text"], **refused(err)}
                continue
            result = loop.run_until_complete(runner.run(f"ask-{number}", text, None))
            passages = result.parsed.get("passages") or {}
            yield {
                "id": row["id"],
                **decision_of(
                    text=str(row["text"]),
                    parsed=result.parsed,
                    payloads=result.payloads,
                    view=knowledge_view(str(passages.get("edition") or "")),
                    elapsed_ms=(monotonic_seconds() - started) * 1000,
                ),
            }
    finally:
        loop.close()


def refused(err: Exception) -> dict[str, Any]:
    """Return the Decision of a text that the intake would refuse."""
    return {
        "status": "error_invalid_text",
        "intent": "",
        "intent_confidence": 0.0,
        "request_type": None,
        "topic": [],
        "department": None,
        "alternatives": [],
        "place": {"district": "", "street": "", "detail": ""},
        "danger": None,
        "hotline_number": None,
        "entry_id": None,
        "edition": None,
        "score": 0.0,
        "aspect": None,
        "sources": [],
        "replies": [{"text": str(err), "buttons": []}],
        "handoff": False,
        "elapsed_ms": 0.0,
    }
