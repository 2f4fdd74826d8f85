"""Measure the choices that docs/evaluation.md tells of: chunks, any corpus, words.

For maintainers; takes about half an hour on two cores. All of it is measured on
data/calibration, never on the golden questions. Run from the root:
`.venv/bin/python scripts/studies.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from assistant.knowledge.golden import GAPS
from assistant.publishing.vector_cache import RememberingEmbedder
from assistant.retrieval import corpus as corpus_module
from assistant.retrieval import fit, hybrid_index
from assistant.retrieval.calibrate import SIGNALS, Calibration
from assistant.retrieval.corpus import CorpusSearch
from assistant.retrieval.documents import Document, document_of, document_of_text, split_text
from assistant.retrieval.evaluate import Outcome, coverage_within
from assistant.retrieval.live_index import LoadedEdition, load_for_search
from assistant.retrieval.questions import LabelledQuestion, read_questions
from assistant.retrieval.search import HybridSearch
from assistant.retrieval.word_match import WORD_SIGNALS
from assistant.services import current_id, process_embedder, process_settings


def main() -> int:
    """Print one table a study."""
    settings = process_settings()
    embedder = RememberingEmbedder(process_embedder(), settings.home / "studies")
    loaded = load_for_search(
        settings.editions, current_id(settings.editions), embedder, Calibration.untrained()
    )
    questions = read_questions(settings.root / "data" / "calibration")
    questions += read_questions(settings.knowledge / GAPS)
    answerable = [question for question in questions if not question.is_refused]
    sys.stdout.write(f"{len(questions)} questions, {len(answerable)} of them answerable\n")
    study_chunks(loaded, answerable)
    study_corpus(loaded, answerable)
    study_words(loaded, questions)
    embedder.save()
    return 0


def study_chunks(loaded: LoadedEdition, questions: Sequence[LabelledQuestion]) -> None:
    """Cut texts into shorter or longer chunks."""
    for max_chars in (110, 220, 440):
        documents = []
        for entry in loaded.edition.entries.values():
            texts = [entry.answer, *entry.sections.values()]
            chunks = [
                f"{entry.title}\n{part}" for text in texts for part in split_text(text, max_chars)
            ]
            documents.append(replace(document_of(entry), chunks=tuple(chunks)))
        _say(f"chunks of {max_chars} characters", _held_out_at1(loaded, documents, questions))


def study_corpus(loaded: LoadedEdition, questions: Sequence[LabelledQuestion]) -> None:
    """Search the entries as plain texts, without their questions, by `wenban retrieve`'s way."""
    documents = [
        document_of_text(entry.id, "\n".join((entry.title, entry.answer, *entry.sections.values())))
        for entry in loaded.edition.entries.values()
    ]
    search = CorpusSearch(documents, loaded.search.embedder)
    vectors = search.embed([question.text for question in questions])
    kept = corpus_module.WORDS_WEIGHT
    for weight in (0.0, 3.0, 6.0, 12.0, 1e6):
        corpus_module.WORDS_WEIGHT = weight
        hits = [
            search.search(question.text, vector, 1)[0][0] == question.entry_id
            for question, vector in zip(questions, vectors, strict=True)
        ]
        _say(f"any corpus, words weight {weight:g}", float(np.mean(hits)))
    corpus_module.WORDS_WEIGHT = kept


def study_words(loaded: LoadedEdition, questions: Sequence[LabelledQuestion]) -> None:
    """Leave the comparison of words out of the probability, and take it in."""
    measured = fit.measure(loaded.search, questions)
    rows, is_right = fit.held_out_signals(measured, loaded.words)
    without = [number for number, name in enumerate(SIGNALS) if name not in WORD_SIGNALS]
    for name, columns in (("without words", without), ("with words", list(range(len(SIGNALS))))):
        probabilities = fit.cross_validated(rows[:, columns], is_right)
        outcomes = [
            Outcome(
                item.question,
                is_right=bool(right),
                probability=0.0
                if item.question.because in fit.CAUGHT_BEFORE
                else float(probability),
            )
            for item, right, probability in zip(measured, is_right, probabilities, strict=True)
        ]
        found = coverage_within(outcomes, risk=0.03, refused_answered=0.03)
        _say(f"coverage within 3 % and 3 %, {name}", found)


def _held_out_at1(
    loaded: LoadedEdition, documents: Sequence[Document], questions: Sequence[LabelledQuestion]
) -> float:
    """Return the share of questions answered right under weights that had not seen their entry."""
    index = hybrid_index.build_hybrid(
        documents, loaded.search.embedder, words=loaded.search.index.words
    )
    search = HybridSearch(index, loaded.search.embedder, {})
    measured = fit.measure(search, questions)
    return float(np.mean(fit.held_out_right(measured)))


def _say(what: str, value: float) -> None:
    """Print one figure."""
    sys.stdout.write(f"{what}: {value:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
