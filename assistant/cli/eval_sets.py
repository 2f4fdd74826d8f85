"""The evaluation sets, measured one by one; `misses` collects every single failure.

Goals are those of the first release (docs/evaluation.md). The golden questions
serve the release gate and these figures and are never read for fitting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from assistant.cli.ask import decisions
from assistant.cli.figures import Figure, goal_met
from assistant.retrieval.evaluate import (
    Outcome,
    Share,
    at,
    bootstrap_interval,
    calibration_error,
    coverage_within,
    macro_f1,
)
from assistant.retrieval.questions import LabelledQuestion, read_questions
from assistant.retrieval.rankings import Rank, dense_rank, hybrid_rank, lexical_rank, outcome_of
from assistant.services import named_or_current_edition, process_settings

Say = Callable[[str, int, int], None]
REFUSED_AT_MOST = 0.03
RISK_AT_MOST = 0.03
COVERAGE_AT_LEAST = 0.75


class Evaluation:
    """Measures against the current edition; what is asked twice is measured once."""

    def __init__(self, say: Say) -> None:
        """Load the current edition and the golden questions."""
        self._settings, self._say = process_settings(), say
        self.misses: list[str] = []
        self._loaded = named_or_current_edition(self._settings, "")
        self._questions = read_questions(self._settings.knowledge / "questions")
        self._blind = read_questions(self._settings.root / "data" / "holdout")

    def blind(self) -> list[Figure]:
        """Measure whole turns on questions whose writer knew nothing of the entries but ids.

        Their labels are the writer's guesses, so the figures err on the low side; no
        goal is asked of them.
        """
        return [replace(figure, goal="", is_met=None) for figure in self._turns(self._blind)]

    def retrieval(self) -> list[Figure]:
        """Measure our own ranking, its probability and its thresholds."""
        outcomes = self._outcomes("检索", hybrid_rank(self._loaded), keep_misses=True)
        answerable, refused = _split(outcomes)
        at1, top3 = _at1(answerable), _top3(answerable)
        threshold = self._loaded.calibration.answer_at
        point = at(outcomes, threshold)
        answered = [o for o in answerable if o.probability >= threshold]
        wrong = Share(sum(not o.is_right for o in answered), len(answered))
        passed = Share(sum(o.probability >= threshold for o in refused), len(refused))
        return [
            Figure("right entry at 1", str(at1), "≥ 0.92", goal_met(at1.value, at_least=0.92)),
            Figure("right entry in top 3", str(top3), "≥ 0.98",
                   goal_met(top3.value, at_least=0.98)),
            Figure(f"coverage at threshold {threshold}", f"{point.coverage:.3f}"),
            Figure("wrong among those answers", str(wrong)),
            Figure("refuse set over the threshold (before scope)", str(passed)),
            Figure("expected calibration error", f"{calibration_error(outcomes):.3f}"),
        ]  # fmt: skip

    def baselines(self, *, with_stock_rasa: bool) -> list[Figure]:
        """Measure the halves of our search alone and, when asked, stock Rasa."""
        ranks: dict[str, Rank] = {
            "Wenban": hybrid_rank(self._loaded),
            "BM25 alone": lexical_rank(self._loaded),
            "dense alone": dense_rank(self._loaded),
        }
        if with_stock_rasa:
            from assistant.cli.stock_rasa import StockRasa

            entries = self._loaded.edition.entries.values()
            ranks["stock Rasa"] = StockRasa(entries, self._settings.root / "data" / "nlu").rank
        figures = []
        for name, rank in ranks.items():
            outcomes = self._outcomes(name, rank)
            answerable, _refused = _split(outcomes)
            best = coverage_within(
                outcomes, risk=RISK_AT_MOST, refused_answered=REFUSED_AT_MOST
            )  # fmt: skip
            figures += [
                Figure(f"{name}: right at 1", str(_at1(answerable))),
                Figure(f"{name}: in top 3", str(_top3(answerable))),
                Figure(f"{name}: best coverage within 3 % and 3 %, in hindsight", f"{best:.3f}"),
            ]
        return figures

    def turns(self) -> list[Figure]:
        """Measure what citizens get: the golden questions through intake, Rasa and decision."""
        return self._turns(self._questions)

    def _turns(self, questions: Sequence[LabelledQuestion]) -> list[Figure]:
        """Ask every question in a conversation of its own."""
        rows = [{"id": str(n), "text": q.text} for n, q in enumerate(questions)]
        found = list(self._told("整轮", decisions(rows), len(rows)))
        answered = wrong = offered = refused_answered = 0
        for question, decision in zip(questions, found, strict=True):
            is_answered = str(decision["status"]).startswith("answered_")
            if question.is_refused:
                refused_answered += is_answered
                if is_answered:
                    self._miss("turn, refuse", question, [str(decision["entry_id"])])
                continue
            answered += is_answered
            offered += decision["status"] == "clarify_options" and _is_offered(question, decision)
            if is_answered and decision["entry_id"] != question.entry_id:
                wrong += 1
                self._miss("turn, wrong", question, [str(decision["entry_id"])])
        total = sum(not question.is_refused for question in questions)
        refused = len(questions) - total
        coverage, risk = Share(answered, total), Share(wrong, answered)
        passed = Share(refused_answered, refused)
        return [
            Figure("answered at once", str(coverage), "≥ 0.75",
                   goal_met(coverage.value, at_least=COVERAGE_AT_LEAST)),
            Figure("wrong entry among the answers (selective risk)", str(risk), "≤ 0.03",
                   goal_met(risk.value, at_most=RISK_AT_MOST)),
            Figure("refuse set answered", str(passed), "≤ 0.03",
                   goal_met(passed.value, at_most=REFUSED_AT_MOST)),
            Figure("right entry answered or offered",
                   str(Share(answered - wrong + offered, total))),
        ]  # fmt: skip

    def intents(self) -> list[Figure]:
        """Measure the intents on tests/nlu."""
        labelled: list[tuple[str, str]] = []
        for path in sorted((self._settings.root / "tests" / "nlu").glob("*.yml")):
            labelled += _sentences(path)
        rows = [{"id": str(n), "text": text} for n, (text, _intent) in enumerate(labelled)]
        pairs = []
        told = self._told("意图", decisions(rows), len(rows))
        for (text, intent), decision in zip(labelled, told, strict=True):
            pairs.append((intent, str(decision["intent"])))
            if decision["intent"] != intent:
                self.misses.append(f"intent\t{text}\t{intent}\t{decision['intent']}")
        low, high = bootstrap_interval(pairs, macro_f1)
        found = macro_f1(pairs)
        right = Share(sum(true == said for true, said in pairs), len(pairs))
        names = len({intent for intent, _said in pairs})
        return [
            Figure(f"macro-F1 over {names} intents", f"{found:.3f} [{low:.3f}, {high:.3f}]",
                   "≥ 0.92", goal_met(found, at_least=0.92)),
            Figure("accuracy", str(right)),
        ]  # fmt: skip

    def _outcomes(self, name: str, rank: Rank, *, keep_misses: bool = False) -> list[Outcome]:
        """Ask a ranking every golden question."""
        outcomes = []
        for question in self._told(name, self._questions, len(self._questions)):
            ids, probability = rank(question.text)
            outcomes.append(outcome_of(question, ids, probability))
            if keep_misses and not question.is_refused and not outcomes[-1].in_top3:
                self._miss("not in top 3", question, ids[:3])
        return outcomes

    def _miss(self, kind: str, question: LabelledQuestion, found: Sequence[str]) -> None:
        """Keep one failure: its kind, the question, what was wanted and what came."""
        wanted = question.entry_id or f"refuse ({question.because})"
        self.misses.append("\t".join((kind, question.text, wanted, " ".join(found))))

    def _told(self, stage: str, items: Iterable[Any], total: int) -> Iterable[Any]:
        """Yield the items and tell how far it is."""
        for number, item in enumerate(items, start=1):
            self._say(stage, number, total)
            yield item


def _split(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """Return the outcomes of answerable questions and of those to be refused."""
    answerable = [outcome for outcome in outcomes if not outcome.question.is_refused]
    return answerable, [outcome for outcome in outcomes if outcome.question.is_refused]


def _at1(answerable: Sequence[Outcome]) -> Share:
    """Return the share with the right entry first."""
    return Share(sum(outcome.is_right for outcome in answerable), len(answerable))


def _top3(answerable: Sequence[Outcome]) -> Share:
    """Return the share with the right entry among the first three."""
    return Share(sum(outcome.in_top3 for outcome in answerable), len(answerable))


def _is_offered(question: LabelledQuestion, decision: dict[str, Any]) -> bool:
    """Return whether the right entry is among those offered."""
    return question.entry_id in [item["entry_id"] for item in decision["ranked"][:3]]


def _sentences(path: Path) -> list[tuple[str, str]]:
    """Return the (sentence, intent) pairs of one NLU file."""
    found = []
    for row in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
        for line in row["examples"].splitlines():
            if line.strip().startswith("- "):
                found.append((line.strip()[2:].strip(), row["intent"]))
    return found
