"""What is indexed: a document with its questions, its body in chunks, and its counter-questions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.knowledge.entry import ASPECT_HEADINGS, Entry

# Chunks of about three sentences kept the best chunk of a long policy text
# recognisable; docs/evaluation.md, "Chunks".
CHUNK_CHARS = 220

_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]*|\n+")


@dataclass(frozen=True)
class Document:
    """One thing that can be found; it has questions, chunks, or both."""

    id: str
    questions: tuple[str, ...]
    chunks: tuple[str, ...]
    unlike: tuple[str, ...] = ()


def document_of(entry: Entry) -> Document:
    """Return an entry as a document: answer and sections are its chunks, each under the title."""
    texts = [entry.answer]
    texts += [f"{ASPECT_HEADINGS[aspect]}：{text}" for aspect, text in entry.sections.items()]
    chunks = [f"{entry.title}\n{part}" for text in texts for part in split_text(text)]
    return Document(entry.id, entry.questions, tuple(chunks), entry.unlike)


def answer_chunks(entry: Entry) -> tuple[str, ...]:
    """Return the chunks of an entry's answer alone, each under the title."""
    return tuple(f"{entry.title}\n{part}" for part in split_text(entry.answer))


def document_of_text(doc_id: str, text: str) -> Document:
    """Return a free text as a document; its first line stands before each chunk as its title."""
    lines = text.strip().split("\n", 1)
    title = lines[0].strip()[:60] if len(lines) > 1 else ""
    parts = split_text(text) or (text,)
    chunks = tuple(f"{title}\n{part}" if title and title not in part else part for part in parts)
    return Document(doc_id, (), chunks)


def split_text(text: str, max_chars: int = CHUNK_CHARS) -> tuple[str, ...]:
    """Split a text at sentence ends into chunks of at most `max_chars` characters.

    A sentence longer than that is cut hard.
    """
    chunks: list[str] = []
    current = ""
    for piece in _pieces(text, max_chars):
        if current and len(current) + len(piece) > max_chars:
            chunks.append(current.strip())
            current = ""
        current += piece
    if current.strip():
        chunks.append(current.strip())
    return tuple(chunk for chunk in chunks if chunk)


def _pieces(text: str, max_chars: int) -> Iterable[str]:
    """Yield sentences, long ones in parts."""
    for found in _SENTENCE.finditer(text):
        sentence = found.group()
        for start in range(0, len(sentence), max_chars):
            yield sentence[start : start + max_chars]
