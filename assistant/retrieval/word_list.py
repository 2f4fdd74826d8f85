"""Words that jieba shall keep whole: lines `word<TAB>reason` below data/jieba."""

from __future__ import annotations

from pathlib import Path


def read_words(folder: Path) -> list[str]:
    """Return the words of all lists in a folder, sorted, without repeats; `#` starts a comment."""
    words: set[str] = set()
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text("utf-8-sig").splitlines():
            word = line.split("\t")[0].split("#")[0].strip()
            if word:
                words.add(word)
    return sorted(words)
