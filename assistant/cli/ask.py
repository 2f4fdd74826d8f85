"""`wenban ask`: one turn, or a batch of turns, each in a fresh conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from assistant.cli.jsonl import read_rows, written_rows

if TYPE_CHECKING:
    from assistant.safety.card import Alarm
    from assistant.worker.loop import LookForDanger
    from assistant.worker.turn import TurnRunner


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
    from assistant.clock import monotonic_seconds
    from assistant.services import danger_watch, process_settings

    look, loop = danger_watch(process_settings()).look, asyncio.new_event_loop()
    worker: Worker | None = None
    try:
        for number, row in enumerate(rows):
            started = monotonic_seconds()
            found = _at_the_gateway(str(row["text"] or ""), look, started)
            if isinstance(found, str):
                # Loaded late: who is in danger is answered also where the model is missing.
                worker = worker or _worker()
                found = _in_the_worker(worker, loop, f"ask-{number}", found, started)
            yield {"id": row["id"], **found, "text": row["text"]}
    finally:
        loop.close()


def _at_the_gateway(raw: str, look: LookForDanger, started: float) -> dict[str, Any] | str:
    """Return the Decision of a gateway, or the cleaned text that it would store for a worker."""
    from assistant.errors import InvalidText
    from assistant.text import clean_message

    alarm = look(raw)
    if alarm is not None:
        return endangered(alarm, started)
    try:
        return clean_message(raw)
    except InvalidText as err:
        return refused(err)


def _in_the_worker(
    worker: Worker, loop: asyncio.AbstractEventLoop, name: str, text: str, started: float
) -> dict[str, Any]:
    """Return the Decision of a worker for a cleaned text."""
    from assistant.answering.decision import decision_of
    from assistant.clock import monotonic_seconds
    from assistant.services import knowledge_view

    alarm = worker.look(text)
    if alarm is not None:
        return endangered(alarm, started)
    result = loop.run_until_complete(worker.runner.run(name, text, None))
    passages = result.parsed.get("passages") or {}
    return decision_of(
        text=text,
        parsed=result.parsed,
        payloads=result.payloads,
        view=knowledge_view(str(passages.get("edition") or "")),
        elapsed_ms=(monotonic_seconds() - started) * 1000,
    )


class Worker(NamedTuple):
    """What a worker has and a gateway has not: the model, and a second look at danger."""

    runner: TurnRunner
    look: LookForDanger


def _worker() -> Worker:
    """Return what runs turns, with the newest model."""
    from assistant.services import danger_watch, process_embedder, process_settings
    from assistant.worker.process import rasa_model
    from assistant.worker.turn import TurnRunner

    settings = process_settings()
    runner = TurnRunner(rasa_model(settings))
    return Worker(runner, danger_watch(settings, reader=process_embedder()).look)


def endangered(alarm: Alarm, started: float) -> dict[str, Any]:
    """Return the Decision of a text that tells of danger; `started` is on the monotonic clock."""
    from assistant.clock import monotonic_seconds

    reply: dict[str, Any] = {
        "text": alarm.text,
        "kind": "danger",
        "buttons": [],
        "hotline_number": alarm.number,
        "also_number": alarm.also or None,
    }
    return {
        **_nothing(alarm.status),
        "danger": alarm.number,
        "hotline_number": alarm.number,
        "danger_kind": alarm.kind,
        "also_number": alarm.also or None,
        "evidence": list(alarm.evidence),
        "replies": [reply],
        "elapsed_ms": round((monotonic_seconds() - started) * 1000, 1),
    }


def refused(err: Exception) -> dict[str, Any]:
    """Return the Decision of a text that the intake would refuse."""
    return {
        **_nothing("error_invalid_text"),
        "replies": [{"text": str(err), "buttons": []}],
    }


def _nothing(status: str) -> dict[str, Any]:
    """Return a Decision without any matter."""
    return {
        "status": status,
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
        "replies": [],
        "handoff": False,
        "elapsed_ms": 0.0,
    }
