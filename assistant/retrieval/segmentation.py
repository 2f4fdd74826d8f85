"""Chinese text to the terms that the lexical index counts: words and bigrams.

Only this module knows jieba. Each `Segmenter` has a private
`jieba.Tokenizer` over the shared base dictionary plus the knowledge base's own
words, so that nothing changes jieba for the rest of the process.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.text import simplified

# jieba needs 23 s for 100,000 equal characters; a message is at most 2,000.
MAX_CHARS = 4000
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_WORD = re.compile(r"[\u3400-\u9fffa-z0-9]+")

# Words that stand in nearly every question and tell nothing about its matter.
_STOP = """
我们 你们 他们 这个 那个 一个 一下 请问 想要 咨询 问下 问一下
怎么 怎样 如何 什么 哪里 哪儿 可以 能不能 可不可以 需要 应该
办理 现在 一直 但是 因为 所以 如果 已经 没有 谢谢 你好 您好
麻烦 知道 不知道 告诉 听说
"""
STOP_WORDS = frozenset(_STOP.split())


class Segmenter:
    """Words and bigrams of a text, with the knowledge base's words kept whole."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = tuple(sorted({word for word in words if len(word) > 1}))

    @cached_property
    def _jieba(self) -> Any:
        """A private tokenizer; made at first use because the dictionary takes 0.6 s."""
        import logging

        import jieba

        logging.getLogger("jieba").setLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = str(_cache_folder())
        tokenizer.initialize()
        for word in self._words:
            tokenizer.add_word(word)
        return tokenizer

    def spans(self, text: str) -> list[tuple[str, int]]:
        """Return the words of a text, folded, with where they start; no punctuation.

        Folding is done character by character, so that the places hold in `text`.
        """
        folded = "".join(_fold_in_place(char) for char in text[:MAX_CHARS])
        found: list[tuple[str, int]] = []
        place = 0
        for word in self._jieba.cut(folded):
            if _WORD.fullmatch(word):
                found.append((word, place))
            place += len(word)
        return found

    def terms(self, text: str) -> list[str]:
        """Return index terms, with repeats: words of two or more characters and bigrams.

        Bigrams are marked with `_` in front so that a two-character word and its
        bigram count as two kinds of evidence.
        """
        folded = simplified(text)[:MAX_CHARS]
        terms = [
            word
            for word in self._jieba.cut(folded)
            if len(word) > 1 and word not in STOP_WORDS and _WORD.fullmatch(word)
        ]
        for run in _RUN.findall(folded):
            if run[0] < "\u3400":
                terms.append("_" + run)
            else:
                terms.extend("_" + run[i : i + 2] for i in range(len(run) - 1))
                if len(run) == 1:
                    terms.append("_" + run)
        return terms


def _cache_folder() -> Path:
    """Return a folder of this user alone: jieba reads its cache with marshal."""
    folder = Path(tempfile.gettempdir()) / f"wenban-jieba-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder}: belongs to somebody else; remove it")
    return folder


def _fold_in_place(char: str) -> str:
    """Return one character folded, or as it is when folding would change its length."""
    folded = simplified(char)
    return folded if len(folded) == 1 else char
