"""`wenban danger`: learn, try and measure the recognition of danger."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from assistant.retrieval.evaluate import Share
from assistant.services import danger_emergencies, danger_watch, danger_weights_path
from assistant.settings import Settings, load_settings

DANGER = Path("data") / "danger"
INTENTS = Path("data") / "nlu"


@click.group(help="危险识别：学习、试验、评测。\n\n示例：wenban danger try 屋里好大煤气味头晕")
def danger() -> None:
    """Group of the commands about danger."""


@danger.command(help="由 data/danger 学习词语权重（几秒钟）。\n\n示例：wenban danger train")
def train() -> None:
    """Learn the weights and write them where every process finds them."""
    from assistant.safety.labelled import read_labelled, sentences_of_intents
    from assistant.safety.phrase_weights import learn
    from assistant.safety.plain_text import plain_text

    settings = load_settings()
    pictures = danger_emergencies(settings).pictures
    labelled = read_labelled(settings.root / DANGER)
    told = [(plain_text(item.text, pictures), item.numbers[0]) for item in labelled if item.numbers]
    safe = [item.text for item in labelled if not item.numbers]
    safe += sentences_of_intents(settings.root / INTENTS)
    weights = learn(told, [plain_text(text, pictures) for text in safe], _fingerprint(settings))
    path = danger_weights_path(settings)
    weights.save(path)
    click.echo(f"由 {len(told)} 条危险和 {len(safe)} 条平常的话学得，写入 {path}")


@danger.command("try", help="看一句话会不会提示、凭什么。\n\n示例：wenban danger try 油锅着了")
@click.argument("text")
@click.option("--rules-only", is_flag=True, help="只用规则，不用学习的权重")
def try_text(text: str, rules_only: bool) -> None:
    """Print what a text calls for; exit 1 when it is no danger."""
    settings = load_settings()
    alarm = danger_watch(settings, is_learned=not rules_only).look(text)
    if alarm is None:
        click.echo("不提示")
        raise SystemExit(1)
    evidence = "、".join(alarm.evidence) or "听起来像"
    click.echo(f"{alarm.title}（{alarm.kind}）：{alarm.number} {alarm.also}\n凭：{evidence}\n")
    click.echo(alarm.text)


@danger.command("eval", help="在带标注的文件夹上评测。\n\n示例：wenban danger eval data/danger")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rules-only", is_flag=True, help="只用规则，不用学习的权重")
@click.option("--misses", type=click.Path(path_type=Path), help="把错的逐条写到这个文件（JSONL）")
def evaluate(folder: Path, rules_only: bool, misses: Path | None) -> None:
    """Print recall, right numbers and false alarms, by set and in all."""
    from assistant.safety.labelled import read_labelled

    watch = danger_watch(load_settings(), is_learned=not rules_only)
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
