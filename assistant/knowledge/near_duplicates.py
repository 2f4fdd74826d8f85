"""Which texts of many are nearly equal, without comparing every pair.

Two texts that share 60 % of their character bigrams must share one of their rarest
few (prefix filtering), so only texts under a common rare bigram are compared, by
edit distance. Only this module knows rapidfuzz.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import ceil

from assistant.errors import LibraryMissing

# Two of twenty characters changed still count as nearly equal.
MIN_RATIO = 90.0
# Candidates share this much of their bigrams; one changed character costs two of them.
MIN_SHARED = 0.6
# Short questions differ by a word that changes their matter (“补办身份证”, “换办身份证”).
MIN_CHARS = 8


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of row numbers (lower first, sorted) of texts that are nearly equal.

    Raises:
        LibraryMissing: rapidfuzz is not installed.
    """
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError as err:
        raise LibraryMissing("rapidfuzz") from err
    bigrams = [_bigrams(text) for text in texts]
    counts = Counter(bigram for found in bigrams for bigram in found)
    rows_under: dict[str, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for row, found in enumerate(bigrams):
        if len(texts[row]) < MIN_CHARS:
            continue
        rarest = sorted(found, key=lambda bigram: (counts[bigram], bigram))
        prefix = rarest[: len(rarest) - ceil(MIN_SHARED * len(rarest)) + 1]
        others = {other for bigram in prefix for other in rows_under[bigram]}
        for other in others:
            if ratio(texts[other], texts[row], score_cutoff=MIN_RATIO) >= MIN_RATIO:
                pairs.add((other, row))
        for bigram in prefix:
            rows_under[bigram].append(row)
    return sorted(pairs)


def _bigrams(text: str) -> set[str]:
    """Return the distinct pairs of neighbouring characters."""
    return {text[i : i + 2] for i in range(len(text) - 1)}
