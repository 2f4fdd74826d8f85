"""The baseline that most people would build: Rasa's own parts over the same knowledge.

JiebaTokenizer, count vectors, DIET and a ResponseSelector with one response an
entry, its similar questions as training examples. Trained in a folder of its own
that is removed afterwards; needs no model of ours. DIET only has to tell questions of
knowledge from other talk, which it does after a few epochs (20 s each on two cores);
the selector, which has to find the entry, gets Rasa's usual hundred.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.knowledge.entry import Entry

CONFIG = """\
recipe: default.v1
assistant_id: stock
language: zh
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 8
    random_seed: 1
    constrain_similarities: true
  - name: ResponseSelector
    epochs: 100
    random_seed: 1
    constrain_similarities: true
    retrieval_intent: faq
"""


class StockRasa:
    """A trained stock pipeline; ranks entries for a question."""

    def __init__(self, entries: Iterable[Entry], intents: Path) -> None:
        """Train on the entries and on those intents of ours that ask for no entry."""
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu

        self._ids: dict[str, str] = {}
        with tempfile.TemporaryDirectory(prefix="wenban-stock-") as name:
            folder = Path(name)
            (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
            self._write_data(folder, list(entries), intents)
            model = train_nlu(
                config=str(folder / "config.yml"),
                nlu_data=str(folder / "nlu.yml"),
                output=str(folder / "models"),
                domain=str(folder / "domain.yml"),
            )
            self._agent = Agent()
            self._agent.load_model(str(model))
        self._loop = asyncio.new_event_loop()

    def _write_data(self, folder: Path, entries: Sequence[Entry], intents: Path) -> None:
        """Write training data and the domain with one response an entry."""
        rows: list[dict[str, Any]] = []
        responses: dict[str, list[dict[str, str]]] = {}
        for entry in entries:
            key = entry.id.replace("/", "__")
            self._ids[key] = entry.id
            lines = "".join(f"- {text}\n" for text in entry.questions)
            rows.append({"intent": f"faq/{key}", "examples": lines})
            responses[f"utter_faq/{key}"] = [{"text": entry.title}]
        for path in sorted(intents.glob("*.yml")):
            if not path.stem.startswith("ask_"):
                rows += yaml.safe_load(path.read_text("utf-8"))["nlu"]
        names = sorted({row["intent"].split("/")[0] for row in rows})
        data = {"version": "3.1", "nlu": rows, "responses": responses}
        domain = {"version": "3.1", "intents": names, "responses": responses}
        for name, content in (("nlu.yml", data), ("domain.yml", domain)):
            text = yaml.safe_dump(content, allow_unicode=True, width=10_000)
            (folder / name).write_text(text, encoding="utf-8")

    def rank(self, text: str) -> tuple[list[str], float]:
        """Return entry ids, best first; sure only when DIET sees a question of knowledge."""
        parsed = self._loop.run_until_complete(self._agent.parse_message(text))
        selector = parsed["response_selector"]["faq"]
        ranking = selector["ranking"]
        ids = [self._ids[item["intent_response_key"].split("/")[1]] for item in ranking]
        is_faq = parsed["intent"]["name"] == "faq"
        return ids, float(ranking[0]["confidence"]) if is_faq and ranking else 0.0
