"""Read the packed e5 weight file that one of the two model packages carries.

Layout (documented by `e5.c` in the same package): magic `E5S1`, version, seven
int32, a float, the block size, a tokenizer section (skipped here, the full
tokenizer comes from the other package), then a directory of tensors, each
float32 or Q4_0. Only set-up uses this module.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelMissing

FloatArray = npt.NDArray[np.float32]

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True)
class PackedModel:
    """Sizes of the network and its tensors, flat, by their packed names."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    tensors: dict[str, FloatArray]


class _Reader:
    """A cursor over the bytes of the file."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        """Return the unpacked values at the cursor and move on."""
        size = struct.calcsize("<" + layout)
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += size
        return values

    def skip(self, count: int) -> None:
        """Move on by `count` bytes."""
        self.at += count


def unpack_q4_0(raw: bytes) -> FloatArray:
    """Return float32 weights of Q4_0 blocks: fp16 scale, then 16 bytes of two 4-bit weights."""
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    low = (packed & 0x0F).astype(np.float32) - 8.0
    high = (packed >> 4).astype(np.float32) - 8.0
    weights: FloatArray = np.concatenate([low, high], axis=1) * scales
    return weights.reshape(-1)


def read_packed(path: Path) -> PackedModel:
    """Return the network stored at `path`.

    Raises:
        ModelMissing: the file is not of this format.
    """
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ModelMissing(path, "not a packed e5 file")
    reader = _Reader(data)
    reader.skip(8)
    sizes = [int(value) for value in reader.take("7i")]
    epsilon = float(reader.take("f")[0])
    if reader.take("i") != (BLOCK,):
        raise ModelMissing(path, "unknown block size")
    _skip_tokenizer(reader)
    tensors: dict[str, FloatArray] = {}
    for _ in range(int(reader.take("i")[0])):
        (name_length,) = reader.take("H")
        name = data[reader.at : reader.at + int(name_length)].decode("ascii")
        reader.skip(int(name_length))
        kind, _count, offset, size = (int(value) for value in reader.take("BIQQ"))
        raw = data[offset : offset + size]
        if kind not in (_FLOAT32, _Q4_0):
            raise ModelMissing(path, f"tensor {name} has unknown type {kind}")
        tensors[name] = (
            np.frombuffer(raw, dtype=np.float32).copy() if kind == _FLOAT32 else unpack_q4_0(raw)
        )
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        tensors=tensors,
    )


def _skip_tokenizer(reader: _Reader) -> None:
    """Move the cursor behind the packed tokenizer."""
    pieces = int(reader.take("i")[0])
    reader.skip(16)
    blob = int(reader.take("Q")[0])
    reader.skip((pieces + 1) * 4 + pieces * 4 + blob)
    _count, normaliser_bytes = reader.take("iI")
    reader.skip(int(normaliser_bytes))
