"""`wenban danger`: learn, try and measure the recognition of danger."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from assistant.retrieval.evaluate import Share
from assistant.safety.card import DangerWatch
from assistant.services import danger_emergencies, danger_watch, danger_weights_path
from assistant.settings import Settings, load_settings

DANGER = Path("data") / "danger"
INTENTS = Path("data") / "nlu"
# How many sentences of the intents the networks see: as many more would only take time.
INTENTS_FOR_MEANING = 2000
NETWORKS = 1


@click.group(help="危险识别：学习、试验、评测。\n\n示例：wenban danger try 屋里好大煤气味头晕")
def danger() -> None:
    """Group of the commands about danger."""


@danger.command(
    help="由 data/danger 学习：词语权重（几秒）和语义网络（几分钟）。\n\n示例：wenban danger train"
)
@click.option("--words-only", is_flag=True, help="只学词语权重，不需要向量模型")
def train(words_only: bool) -> None:
    """Learn the weights and the network, and write them where every process finds them."""
    from assistant.safety.labelled import read_labelled, sentences_of_intents
    from assistant.safety.phrase_weights import learn
    from assistant.safety.plain_text import plain_text

    settings = load_settings()
    pictures = danger_emergencies(settings).pictures
    labelled = read_labelled(settings.root / DANGER)
    told = [(plain_text(item.text, pictures), item.numbers[0]) for item in labelled if item.numbers]
    safe = [plain_text(item.text, pictures) for item in labelled if not item.numbers]
    sentences = [
        plain_text(text, pictures) for text in sentences_of_intents(settings.root / INTENTS)
    ]
    source = _fingerprint(settings)
    weights = learn(told, [*safe, *sentences], source)
    path = danger_weights_path(settings)
    weights.save(path)
    click.echo(f"由 {len(told)} 条危险和 {len(safe) + len(sentences)} 条平常的话学得，写入 {path}")
    if not words_only:
        fewer = sentences[:: max(1, len(sentences) // INTENTS_FOR_MEANING)]
        _train_meaning(settings, [*told, *((text, "") for text in (*safe, *fewer))], source)


def _train_meaning(settings: Settings, texts: Sequence[tuple[str, str]], source: str) -> None:
    """Learn the networks from (text, number or nothing)."""
    import numpy as np

    from assistant.cli.progress import stage_progress
    from assistant.safety.meaning import MeaningWeights
    from assistant.safety.meaning_training import MOST_TOKENS, learn_network
    from assistant.services import danger_meaning_path, process_embedder

    reader, say = process_embedder(), stage_progress()
    tokens = []
    for done, (text, _number) in enumerate(texts, start=1):
        tokens.append(reader.read_question(text).inner[:MOST_TOKENS].astype(np.float16))
        say("句子向量", done, len(texts))
    numbers = [number for _text, number in texts]
    networks = tuple(
        learn_network(
            tokens, numbers, seed=seed, progress=partial(say, f"语义网络 {seed + 1}/{NETWORKS}")
        )
        for seed in range(NETWORKS)
    )
    path = danger_meaning_path(settings)
    MeaningWeights(networks, reader.name, reader.inner_dimension, source).save(path)
    click.echo(f"由 {len(texts)} 条话学得语义网络，写入 {path}")


@danger.command("try", help="看一句话会不会提示、凭什么。\n\n示例：wenban danger try 油锅着了")
@click.argument("text")
@click.option("--rules-only", is_flag=True, help="只用规则，不用学习的权重")
@click.option("--meaning", is_flag=True, help="也听语义（工作进程的第二次识别，需要向量模型）")
def try_text(text: str, rules_only: bool, meaning: bool) -> None:
    """Print what a text calls for; exit 1 when it is no danger."""
    alarm = _watch(rules_only=rules_only, meaning=meaning).look(text)
    if alarm is None:
        click.echo("不提示")
        raise SystemExit(1)
    evidence = "、".join(alarm.evidence) or "听起来像"
    click.echo(f"{alarm.title}（{alarm.kind}）：{alarm.number} {alarm.also}\n凭：{evidence}\n")
    click.echo(alarm.text)


@danger.command("eval", help="在带标注的文件夹上评测。\n\n示例：wenban danger eval data/danger")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rules-only", is_flag=True, help="只用规则，不用学习的权重")
@click.option("--meaning", is_flag=True, help="也听语义（工作进程的第二次识别，需要向量模型）")
@click.option("--misses", type=click.Path(path_type=Path), help="把错的逐条写到这个文件（JSONL）")
def evaluate(folder: Path, rules_only: bool, meaning: bool, misses: Path | None) -> None:
    """Print recall, right numbers and false alarms, by set and in all."""
    from assistant.safety.labelled import read_labelled

    watch = _watch(rules_only=rules_only, meaning=meaning)
    counts: dict[str, Counter[str]] = {}
    wrong: list[dict[str, object]] = []
    for item in read_labelled(folder):
        alarm = watch.look(item.text)
        count = counts.setdefault(item.set_name, Counter())
        outcome = _outcome(item.numbers, alarm.number if alarm else None)
        count[outcome] += 1
        if outcome in ("missed", "other number", "false alarm"):
            told = alarm.number if alarm else None
            wrong.append({"outcome": outcome, "text": item.text, "told": told})
    whole = sum(counts.values(), Counter[str]())
    click.echo("| set | recall | right number | false alarms |\n|---|---|---|---|")
    for name, count in [*sorted(counts.items()), ("all", whole)]:
        click.echo(f"| {name} | {' | '.join(_row(count))} |")
    if misses is not None:
        lines = [json.dumps(row, ensure_ascii=False) for row in wrong]
        misses.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _watch(*, rules_only: bool, meaning: bool) -> DangerWatch:
    """Return what recognises danger: as a gateway does, or with `meaning` as a worker does."""
    from assistant.services import process_embedder

    if rules_only and meaning:
        raise click.UsageError("--rules-only 和 --meaning 只能选一个")
    reader = process_embedder() if meaning else None
    return danger_watch(load_settings(), is_learned=not rules_only, reader=reader)


def _outcome(wanted: Sequence[str], told: str | None) -> str:
    """Return what became of one text."""
    if not wanted:
        return "quiet" if told is None else "false alarm"
    if told is None:
        return "missed"
    return "right" if told in wanted else "other number"


def _row(count: Counter[str]) -> list[str]:
    """Return the three shares of one set with their intervals."""
    alarmed = count["right"] + count["other number"]
    safe = count["quiet"] + count["false alarm"]
    pairs = (
        (alarmed, alarmed + count["missed"]),
        (count["right"], alarmed),
        (count["false alarm"], safe),
    )
    return [str(Share(part, whole)) if whole else "" for part, whole in pairs]


def _fingerprint(settings: Settings) -> str:
    """Return what the weights were learned from, as a digest of the files."""
    digest = hashlib.sha256()
    for folder in (DANGER, INTENTS):
        for path in sorted((settings.root / folder).glob("*.yml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
