"""The packed weight file: Q4_0 blocks back to numbers."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from assistant.errors import ModelMissing
from assistant.retrieval.packed_weights import BLOCK, read_packed, unpack_q4_0


def packed_block(scale: float, values: list[int]) -> bytes:
    """Pack 32 integers of -8..7 as the format says: weight j low, j+16 high."""
    low, high = values[:16], values[16:]
    codes = bytes((a + 8) | ((b + 8) << 4) for a, b in zip(low, high, strict=True))
    return np.float16(scale).tobytes() + codes


def test_a_block_unpacks_to_scaled_weights_in_order():
    """Low halves come first, each weight is its code minus 8 times the scale."""
    values = [(i % 16) - 8 for i in range(BLOCK)]
    found = unpack_q4_0(packed_block(0.5, values) + packed_block(2.0, values))
    expected = [0.5 * value for value in values] + [2.0 * value for value in values]
    assert expected == found.tolist()


@pytest.mark.parametrize("content", [b"", b"E5S2" + b"\0" * 100], ids=["empty", "other magic"])
def test_another_file_is_refused(content, tmp_path):
    """What is not this format is not read as weights."""
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(ModelMissing, match="packed e5"):
        read_packed(path)


def test_another_block_size_is_refused(tmp_path):
    """A later version of the format is not misread."""
    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S1" + struct.pack("<I7ifi", 1, *[1] * 7, 1e-5, 64))
    with pytest.raises(ModelMissing, match="block size"):
        read_packed(path)
