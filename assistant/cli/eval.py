"""`wenban eval`: every evaluation set of the repository, in tables with sizes and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assistant.cli.figures import Figure, figures_json, print_figures
from assistant.cli.progress import stage_progress


@click.command(
    name="eval",
    help="全部评测：检索、拒答、整轮对话、意图，与基线同表（约 4 分钟）。\n\n"
    "示例：wenban eval --misses 未命中.txt\n\n"
    "示例：wenban eval --stock-rasa    同时训练并比较原生 Rasa（再加约 35 分钟）",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--misses", type=click.Path(path_type=Path), help="把每个未命中写到这个文件")
@click.option("--stock-rasa", is_flag=True, help="同时评测原生 Rasa 基线（DIET、ResponseSelector）")
@click.option(
    "--calibrate", is_flag=True, help="先用 data/calibration 重新学习权重和阈值，写入文件"
)
def eval_command(as_json: bool, misses: Path | None, stock_rasa: bool, calibrate: bool) -> None:
    """Measure and print; exit status 1 when a goal is missed."""
    from assistant.worker.quiet import quiet_environment

    quiet_environment()
    from assistant.cli.eval_sets import Evaluation

    if calibrate:
        learn_calibration()
    evaluation = Evaluation(stage_progress())
    parts: dict[str, Sequence[Figure]] = {
        "Retrieval on the golden questions": evaluation.retrieval(),
        "Baselines on the same questions": evaluation.baselines(with_stock_rasa=stock_rasa),
        "Whole turns on the same questions": evaluation.turns(),
        "Whole turns on the blind hold-out": evaluation.blind(),
        "Intents on unseen sentences": evaluation.intents(),
    }
    if as_json:
        click.echo(figures_json(parts))
    else:
        for title, figures in parts.items():
            print_figures(title, figures)
    if misses is not None:
        misses.write_text("\n".join(evaluation.misses) + "\n", encoding="utf-8")
    if any(figure.is_met is False for figures in parts.values() for figure in figures):
        raise SystemExit(1)


def learn_calibration() -> None:
    """Fit weights, probability and thresholds on data/calibration and write the file."""
    from assistant.clock import shanghai_date, utc_now
    from assistant.knowledge.editions import current_id
    from assistant.knowledge.golden import GAPS
    from assistant.retrieval.calibrate import Calibration
    from assistant.retrieval.fit import fit_calibration, measure
    from assistant.retrieval.live_index import load_for_search
    from assistant.retrieval.questions import read_questions
    from assistant.services import CALIBRATION, process_embedder, process_settings

    settings = process_settings()
    name, untrained = current_id(settings.editions), Calibration.untrained()
    loaded = load_for_search(settings.editions, name, process_embedder(), untrained)
    path = settings.root / CALIBRATION
    questions = read_questions(path.parent) + read_questions(settings.knowledge / GAPS)
    tell = stage_progress()
    measured = measure(loaded.search, questions, lambda done, total: tell("校准", done, total))
    day = shanghai_date(utc_now()).isoformat()
    source = f"data/calibration and knowledge/gaps {day}, {len(questions)} questions"
    found = fit_calibration(measured, loaded.words, source)
    found.save(path)
    click.echo(f"{path.name}: answer_at {found.answer_at}, offer_at {found.offer_at}", err=True)
