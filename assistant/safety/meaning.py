"""How much a text means danger: a small network over what the embedding model sees in it.

The words of a text are weighed in `phrase_weights`; this is the second, learned
detector, for who tells of danger in words that nobody wrote down before. It reads the
embedding model's tokens, so it runs where that model is: in the worker. A few questions
("heads" of attention) each pick the tokens that matter to them; what they picked is
weighed for danger and for each number. `meaning_training` learns it at set-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.errors import HotlineError
from assistant.safety.emergencies import NUMBERS

FORMAT = 1
# Keeps the division by a token's spread from running away.
LEAST_SPREAD = 1e-5

FloatArray = npt.NDArray[np.float32]
# A text to its tokens, shape (n_tokens, width).
Tokens: TypeAlias = Callable[[str], FloatArray]


class MeaningInvalid(HotlineError):
    """The file of the learned network cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; run 'wenban danger train' (or 'make setup')")


@dataclass(frozen=True)
class Meaning:
    """Log-odds that a text means danger and, if it does, that each number is to be called."""

    danger: float
    numbers: dict[str, float]


class Listener(Protocol):
    """Understands what a text in the spelling of `plain_text` means."""

    def listen(self, text: str) -> Meaning:
        """Return what a text means."""


@dataclass(frozen=True)
class Network:
    """The learned arrays: `ask` (width, heads), `take` (width, taken), `tell` (heads*taken, 6).

    The columns of `tell` are danger and then `NUMBERS`.
    """

    ask: FloatArray
    ask_bias: FloatArray
    take: FloatArray
    take_bias: FloatArray
    tell: FloatArray
    tell_bias: FloatArray

    def read(self, tokens: FloatArray) -> FloatArray:
        """Return the log-odds of danger and of each number, shape (6,), for (n, width) tokens."""
        centred = tokens - tokens.mean(axis=1, keepdims=True)
        level = centred / np.sqrt(centred.var(axis=1, keepdims=True) + LEAST_SPREAD)
        scores = level @ self.ask + self.ask_bias
        shares = np.exp(scores - scores.max(axis=0))
        shares /= shares.sum(axis=0)
        taken = np.maximum(level @ self.take + self.take_bias, 0.0)
        picked = (shares.T @ taken).reshape(-1)
        told: FloatArray = picked @ self.tell + self.tell_bias
        return told


@dataclass(frozen=True)
class MeaningWeights:
    """Networks that were learned alike from different beginnings; their mean is used.

    `embedder` names the model whose tokens they were learned on, `width` their width.
    """

    networks: tuple[Network, ...]
    embedder: str
    width: int
    learned_from: str

    def read(self, tokens: FloatArray) -> Meaning:
        """Return what tokens of shape (n, width) mean."""
        told = np.mean([network.read(tokens) for network in self.networks], axis=0)
        numbers = {name: float(told[place]) for place, name in enumerate(NUMBERS, start=1)}
        return Meaning(float(told[0]), numbers)

    def save(self, path: Path) -> None:
        """Write everything as one file, whole or not at all."""
        arrays = {
            f"{number}.{name}": array
            for number, network in enumerate(self.networks)
            for name, array in vars(network).items()
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.stem}.new.npz")
        np.savez(
            fresh,
            format=FORMAT,
            embedder=self.embedder,
            width=self.width,
            learned_from=self.learned_from,
            **arrays,
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path, embedder: str) -> MeaningWeights:
        """Read what `save` wrote.

        Raises:
            MeaningInvalid: the file is missing, damaged, of another format, or was learned
                on another embedding model than `embedder`.
        """
        try:
            with np.load(path, allow_pickle=False) as body:
                if int(body["format"]) != FORMAT:
                    raise MeaningInvalid(path, f"format {body['format']} is not {FORMAT}")
                if str(body["embedder"]) != embedder:
                    raise MeaningInvalid(path, "it was learned on another embedding model")
                found = cls(
                    tuple(_networks(body)),
                    embedder,
                    int(body["width"]),
                    str(body["learned_from"]),
                )
        except FileNotFoundError:
            raise MeaningInvalid(path, "the learned network is missing") from None
        # NumPy raises several kinds for a file that is cut off or no archive at all.
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as err:
            raise MeaningInvalid(path, f"the file is damaged ({err})") from err
        return found


@dataclass(frozen=True)
class MeaningListener:
    """Learned networks together with the model whose tokens they read."""

    weights: MeaningWeights
    tokens: Tokens

    def listen(self, text: str) -> Meaning:
        """See Listener."""
        return self.weights.read(self.tokens(text))


def _networks(body: Mapping[str, FloatArray]) -> list[Network]:
    """Return the networks of a file, by number."""
    names = tuple(Network.__dataclass_fields__)
    count = 1 + max(int(key.split(".")[0]) for key in body if "." in key)
    return [
        Network(*(np.asarray(body[f"{number}.{name}"], dtype=np.float32) for name in names))
        for number in range(count)
    ]
