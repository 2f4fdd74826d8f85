"""Splitting texts into chunks."""

from __future__ import annotations

import pytest

from assistant.retrieval.documents import CHUNK_CHARS, document_of_text, split_text


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("一句话。", ("一句话。",), id="one sentence"),
        pytest.param("一。二。三。", ("一。二。", "三。"), id="at a sentence end"),
        pytest.param("没有标点的长句子", ("没有标点", "的长句子"), id="cut hard"),
        pytest.param("行一\n行二", ("行一", "行二"), id="at a line end"),
    ],
)
def test_texts_are_split_at_sentences_within_the_limit(text, chunks):
    """A chunk never exceeds the limit and nothing but blanks is lost."""
    assert chunks == split_text(text, max_chars=4)


def test_every_chunk_of_a_long_text_carries_its_title():
    """A chunk in the middle still says what the document is about."""
    body = "第一条规定了内容。" * 80
    document = document_of_text("d", f"云州市养犬管理办法\n{body}")
    assert len(document.chunks) > 2
    assert all(chunk.startswith("云州市养犬管理办法") for chunk in document.chunks)
    assert all(len(chunk) <= CHUNK_CHARS + 61 for chunk in document.chunks)
