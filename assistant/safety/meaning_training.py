"""Learns the network of `meaning` from labelled texts; minutes on two cores, at set-up only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.safety.emergencies import NUMBERS
from assistant.safety.meaning import LEAST_SPREAD, Network

# Chosen by leaving whole writers out (docs/evaluation.md, "Danger").
HEADS, TAKEN = 16, 96
EPOCHS, BATCH, STEP, DECAY = 10, 64, 2e-3, 1e-2
# Shares of values and of whole tokens that are hidden while learning, so that nothing rests
# on one word alone.
HIDDEN_VALUES, HIDDEN_TOKENS = 0.3, 0.15
# How much the number counts beside the question whether there is danger at all.
NUMBER_SHARE = 0.3
# Longer texts are learned from their beginning.
MOST_TOKENS = 96
# Texts of like length go into one batch; so much chance is in the order.
LENGTH_CHANCE = 8

Progress = Callable[[int, int], None]
# Half the precision is plenty for learning, and half the memory.
Halves = npt.NDArray[np.float16]


def learn_network(
    tokens: Sequence[Halves],
    numbers: Sequence[str],
    *,
    seed: int,
    progress: Progress | None = None,
) -> Network:
    """Return a network learned from texts as tokens, each of shape (n, width), n > 0.

    `numbers` holds the number to call for each text, empty where there is no danger. Both
    classes weigh alike.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

    torch.manual_seed(seed)
    wanted = torch.tensor([[bool(told), *(told == name for name in NUMBERS)] for told in numbers])
    wanted = wanted.float()
    module = _module(tokens[0].shape[1])
    optimiser = torch.optim.AdamW(module.parameters(), STEP, weight_decay=DECAY)
    steps = EPOCHS * -(-len(tokens) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, STEP, total_steps=steps)
    is_danger = wanted[:, 0] > 0
    worth = (~is_danger).sum() / is_danger.sum().clamp(min=1)
    chance = np.random.default_rng(seed)
    for epoch in range(EPOCHS):
        for rows in _batches(tokens, chance):
            told, right = module(*_padded([tokens[row] for row in rows])), wanted[rows]
            loss = loss_of(told[:, 0], right[:, 0], pos_weight=worth)
            of_danger = right[:, 0] > 0
            if of_danger.any():
                loss = loss + NUMBER_SHARE * loss_of(told[of_danger, 1:], right[of_danger, 1:])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if progress is not None:
            progress(epoch + 1, EPOCHS)
    learned: Network = module.network()
    return learned


def _batches(tokens: Sequence[Halves], chance: np.random.Generator) -> list[list[int]]:
    """Return all rows in batches of like length, in a random order."""
    lengths = np.array([min(len(text), MOST_TOKENS) for text in tokens])
    order = np.argsort(lengths + chance.random(len(tokens)) * LENGTH_CHANCE)
    batches = [order[start : start + BATCH].tolist() for start in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def _padded(texts: Sequence[Halves]) -> tuple[Any, Any]:
    """Return tokens, shape (n, longest, width), and which of them are there, shape (n, longest)."""
    import torch

    longest = min(max(map(len, texts)), MOST_TOKENS)
    rows = np.zeros((len(texts), longest, texts[0].shape[1]), np.float32)
    is_there = np.zeros((len(texts), longest), bool)
    for number, text in enumerate(texts):
        kept = text[:longest]
        rows[number, : len(kept)], is_there[number, : len(kept)] = kept, True
    return torch.from_numpy(rows), torch.from_numpy(is_there)


def _module(width: int) -> Any:
    """Return the network of `meaning.Network` as a module that can learn."""
    import torch

    class Module(torch.nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
        """`Network.read` for many texts at once, with parts hidden while it learns."""

        def __init__(self) -> None:
            super().__init__()
            self.ask = torch.nn.Linear(width, HEADS)
            self.take = torch.nn.Linear(width, TAKEN)
            self.tell = torch.nn.Linear(HEADS * TAKEN, 1 + len(NUMBERS))
            self.hide = torch.nn.Dropout(HIDDEN_VALUES)

        def forward(self, tokens: Any, is_there: Any) -> Any:
            """Return log-odds, shape (n, 6)."""
            level = torch.nn.functional.layer_norm(tokens, (width,), eps=LEAST_SPREAD)
            if self.training:
                is_there = is_there & (torch.rand(is_there.shape) >= HIDDEN_TOKENS)
                is_there[:, 0] = True
            scores = self.ask(level).masked_fill(~is_there[..., None], -1e9)
            taken = torch.relu(self.take(self.hide(level)))
            picked = torch.einsum("nth,ntk->nhk", scores.softmax(1), taken)
            return self.tell(self.hide(picked.flatten(1)))

        def network(self) -> Network:
            """Return what was learned."""
            layers = (self.ask, self.take, self.tell)
            arrays = [
                array.detach().numpy().copy()
                for layer in layers
                for array in (layer.weight.T, layer.bias)
            ]
            return Network(*arrays)

    return Module()
