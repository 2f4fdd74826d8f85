"""The topics of the knowledge base: the first part of every entry's id.

Reads topics.yml. A topic's words are what citizens call its matters; they lead
from "公积金中心几点开门" to the halls that serve the topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge.problems import Problem
from assistant.knowledge.records import Unique, read_register, was_read


@dataclass(frozen=True)
class Topic:
    """A folder of entries, its Chinese title, and the words citizens use for it."""

    id: str
    title: str
    words: tuple[str, ...]


def load_topics(path: Path) -> tuple[dict[str, Topic], list[Problem]]:
    """Return the topics by id, in file order, and every problem of the file.

    A word belongs to one topic only, so that it never leads to two.
    """
    register = read_register(path)
    if not was_read(register):
        return {}, register.problems
    register.allow("topics")
    ids, words = Unique("主题编号"), Unique("主题用词")
    found: dict[str, Topic] = {}
    for record in register.records("topics"):
        record.allow("id", "title", "words")
        topic = Topic(record.id(), record.text("title"), record.texts("words"))
        for word in topic.words:
            words.add(record, "words", word)
        if ids.add(record, "id", topic.id):
            found[topic.id] = topic
    return found, register.problems
