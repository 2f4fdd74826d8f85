"""Text to vectors of length 1: the one place that knows embedding models.

`OnnxEmbedder` serves the default model (int8, ONNX Runtime); `TorchEmbedder`
serves any sentence-transformers name or folder that the user sets. Both follow
the protocol `Embedder`. Retrieval and the Rasa featurizer share one instance a
process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from assistant.errors import LibraryMissing, ModelMissing

FloatArray = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
_BATCH = 32


class QuestionRead(NamedTuple):
    """What one run of the network says of a question.

    `vector`, shape (dimension,), length 1; `tokens`, shape (n, dimension), without prefix and
    special tokens; `inner`, shape (n_all, inner_dimension), all tokens as seen inside the
    network.
    """

    vector: FloatArray
    tokens: FloatArray
    inner: FloatArray


class Embedder(Protocol):
    """Gives each text a vector; equal texts get equal vectors, whatever stands beside them."""

    name: str
    dimension: int

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Return float32 vectors, shape (n_texts, dimension), rows of length 1, for questions."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """Return float32 vectors, shape (n_texts, dimension), rows of length 1, for passages."""

    def question_tokens(self, text: str) -> FloatArray:
        """Return the vectors of a question's tokens in their context, shape (n, dimension).

        Without the prefix and the special tokens; lengths as the network gives them.
        """

    def passage_tokens(self, text: str) -> FloatArray:
        """Return the same for a passage."""


class QuestionReader(Embedder, Protocol):
    """An embedder that also tells what its network sees inside."""

    inner_dimension: int

    def read_question(self, text: str) -> QuestionRead:
        """Return all that the network says of a question, from one run.

        The inner states are those of layers halfway and three quarters up, side by side:
        more of the wording is left there than in the last layer.
        """


class OnnxEmbedder:
    """multilingual-e5-small in int8 through ONNX Runtime; about 4 ms a question on 2 cores."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        """Load the model that set-up built.

        Raises:
            ModelMissing: a file is not there.
            LibraryMissing: onnxruntime or tokenizers is not installed.
        """
        model, manifest = folder / "onnx" / "model.int8.onnx", folder / "manifest.json"
        for path in (model, manifest, folder / "tokenizer.json"):
            if not path.is_file():
                raise ModelMissing(path, "the embedding model is not built")
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as err:
            raise LibraryMissing(str(err.name)) from err
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(256)
        described = json.loads(manifest.read_text("utf-8"))
        self.name = "e5-small-int8:" + described["files"]["onnx/model.int8.onnx"][:12]
        sizes = {output.name: output.shape[-1] for output in self._session.get_outputs()}
        if "inner" not in sizes:
            raise ModelMissing(model, "the embedding model is of an older release")
        self.dimension, self.inner_dimension = int(sizes["hidden"]), int(sizes["inner"])

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed([QUERY_PREFIX + text for text in texts], progress)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed([PASSAGE_PREFIX + text for text in texts], progress)

    def question_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self.read_question(text).tokens

    def passage_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self._read(PASSAGE_PREFIX, text).tokens

    def read_question(self, text: str) -> QuestionRead:
        """See QuestionReader."""
        return self._read(QUERY_PREFIX, text)

    def _read(self, prefix: str, text: str) -> QuestionRead:
        """Return what the network says of one text."""
        encoded = self._tokenizer.encode(prefix + text)
        ids = np.array([encoded.ids], dtype=np.int64)
        hidden, inner = self._run(["hidden", "inner"], ids)
        is_special = np.array(encoded.special_tokens_mask, dtype=bool)
        ends = np.array([end for _start, end in encoded.offsets])
        tokens = hidden[0][~is_special & (ends > len(prefix))]
        return QuestionRead(_pooled(hidden)[0], tokens, inner[0])

    def _embed(self, texts: list[str], progress: Progress | None) -> FloatArray:
        """Embed batches of equal token count.

        Dynamic int8 scales are taken over a whole batch, so a vector depends a
        little on its neighbours; batches of like length keep padding out, and
        single questions run alone, exactly as they do when a citizen asks.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(texts) if texts else []
        order = sorted(range(len(texts)), key=lambda row: (len(encoded[row].ids), row))
        done = 0
        start = 0
        while start < len(order):
            length = len(encoded[order[start]].ids)
            end = start
            while (
                end < len(order) and end - start < _BATCH and len(encoded[order[end]].ids) == length
            ):
                end += 1
            rows = order[start:end]
            ids = np.array([encoded[row].ids for row in rows], dtype=np.int64)
            vectors[rows] = _pooled(self._run(["hidden"], ids)[0])
            done += len(rows)
            start = end
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def _run(self, outputs: list[str], ids: npt.NDArray[np.int64]) -> list[FloatArray]:
        """Run the network on ids of one length; one vector a token, for each output."""
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        found: list[FloatArray] = self._session.run(outputs, feeds)
        return found


def _pooled(hidden: FloatArray) -> FloatArray:
    """Return the mean over tokens with length 1, one row a text."""
    pooled: FloatArray = hidden.mean(axis=1).astype(np.float32)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    return pooled


class TorchEmbedder:
    """Any sentence-transformers model, by hub name or folder, on PyTorch."""

    def __init__(self, model: str, *, question_prefix: str = "", passage_prefix: str = "") -> None:
        """Load the model; a hub name is fetched by sentence-transformers.

        Raises:
            LibraryMissing: sentence-transformers is not installed.
            ModelMissing: the name or folder cannot be loaded.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as err:
            raise LibraryMissing(str(err.name)) from err
        try:
            self._model: Any = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as err:
            raise ModelMissing(Path(model), f"cannot be loaded ({err})") from err
        is_e5 = "e5" in model.lower()
        self._question_prefix = question_prefix or (QUERY_PREFIX if is_e5 else "")
        self._passage_prefix = passage_prefix or (PASSAGE_PREFIX if is_e5 else "")
        self.name = f"sentence-transformers:{model}"
        self.dimension = int(self._model.get_sentence_embedding_dimension())
        self.inner_dimension = self.read_question("好").inner.shape[1]

    def embed_questions(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed([self._question_prefix + text for text in texts], progress)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> FloatArray:
        """See Embedder."""
        return self._embed([self._passage_prefix + text for text in texts], progress)

    def question_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self._tokens(self._question_prefix, text)

    def passage_tokens(self, text: str) -> FloatArray:
        """See Embedder."""
        return self._tokens(self._passage_prefix, text)

    def read_question(self, text: str) -> QuestionRead:
        """See QuestionReader; what is no transformer of its own has nothing inside to see."""
        vector, tokens = self.embed_questions([text])[0], self.question_tokens(text)
        network = getattr(self._model[0], "auto_model", None)
        if network is None:
            return QuestionRead(vector, tokens, tokens)
        import torch

        features = self._model.tokenize([self._question_prefix + text])
        with torch.no_grad():
            states = network(**features, output_hidden_states=True).hidden_states
        depth = len(states) - 1
        inner = torch.cat([states[depth // 2], states[depth * 3 // 4]], dim=2)
        return QuestionRead(vector, tokens, inner[0].cpu().numpy())

    def _tokens(self, prefix: str, text: str) -> FloatArray:
        """Return the tokens of one text, less the first and last (special) and the prefix's."""
        tokens = self._model.encode(prefix + text, output_value="token_embeddings")
        before = len(self._model.tokenizer.tokenize(prefix.strip())) if prefix else 0
        found: FloatArray = tokens.cpu().numpy()[1 + before : -1]
        return found

    def _embed(self, texts: list[str], progress: Progress | None) -> FloatArray:
        """Embed in batches, telling progress after each."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            part = texts[start : start + _BATCH]
            vectors[start : start + len(part)] = self._model.encode(
                part, normalize_embeddings=True, show_progress_bar=False
            )
            if progress is not None:
                progress(min(start + _BATCH, len(texts)), len(texts))
        return vectors


def load_embedder(setting: str, folder: Path) -> QuestionReader:
    """Return the embedder that the setting WENBAN_EMBEDDING_MODEL names; empty: the default."""
    return TorchEmbedder(setting) if setting else OnnxEmbedder(folder)
