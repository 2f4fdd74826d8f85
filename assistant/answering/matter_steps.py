"""The steps of `decide` that are about a matter: answer it, a part of it, its place, or offer.

Each step is given the question with usable candidates and returns an answer or
None, so that the next one is tried; their order is the table `STEPS` in `decide`.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering import compose, compose_place
from assistant.answering.aspects import (
    asked_aspect,
    is_question,
    matter_words,
    names_no_matter,
    told_aspect,
)
from assistant.answering.circumstances import (
    answer_tells_of,
    aspect_telling_of,
    circumstance_of,
    is_known,
)
from assistant.answering.conversation import Answer, KnowledgeView, Memory, Question
from assistant.knowledge.entry import Entry
from assistant.knowledge.places import PlaceKind
from assistant.text import question_key

REQUEST_INTENTS = frozenset({"complain", "report_violation", "seek_help", "suggest"})
# From here the first candidate is more likely than not what is meant.
_LIKELY = 0.5
_OFFERED = 3
_TALK_CONFIDENCE = 0.5


def opening_hours(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Tell the hours of the hall that is meant, and whether it is open now."""
    if question.intent != "ask_opening_hours":
        return None
    entry = _subject(question, memory, view)
    return compose_place.opening_hours(
        question, entry, district_meant(question, memory, view), view
    )


def follow_up(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Give one aspect of the entry that was just answered, or all of it for "那怎么办"."""
    if not names_no_matter(question.text) or is_known(circumstance_of(question.text)):
        return None
    if asked_aspect(question.text, question.intent) is None and not is_question(question.text):
        return None
    if memory.lapsed:
        return compose.no_rule(view)
    entry = view.entries.get(memory.entry_id)
    if entry is None:
        return _which_matter(memory, view)
    aspect = told_aspect(question.text, question.intent, entry)
    if aspect == "place":
        return compose_place.where(question, entry, district_meant(question, memory, view), view)
    if aspect is None:
        return compose.entry_answer(entry, view, question.now)
    return compose.aspect_answer(entry, aspect, view, question.now)


def place_of_matter(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """List halls when a place is asked and the district or the topic is all there is.

    A matter that is named but was not found (边境通行证在哪办) has no known place: the
    halls of its topic would be a guess.
    """
    if question.intent != "ask_place":
        return None
    district = _named_district(question, view)
    if is_sure(question, view) and not district:
        return None
    if not is_sure(question, view) and not _names_topic_only(question, view):
        return None
    entry = view.entries.get(question.ranked[0][0]) if is_sure(question, view) else None
    return compose_place.where(question, entry, district or memory.district, view)


def sure_answer(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Answer from the first candidate when its probability allows."""
    if not is_sure(question, view):
        return None
    # Reports of wrongdoing are for the department at once, not for an answer. Other
    # grievances get what the rules say, and 提交诉求 stands below it.
    if question.intent == "report_violation" and not is_question(question.text):
        return None
    entry = view.entries[question.ranked[0][0]]
    aspect = told_aspect(question.text, question.intent, entry)
    if aspect == "place" and question.intent == "ask_place":
        return compose_place.where(question, entry, district_meant(question, memory, view), view)
    if aspect is not None and aspect in entry.sections and not _is_about(entry, aspect):
        return compose.aspect_answer(entry, aspect, view, question.now)
    return compose.entry_answer(entry, view, question.now)


def circumstance(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Tell what the last answer's entry says of a new circumstance ("那未成年人呢").

    When it says nothing of it, that is said, and the entry is offered with others
    of its topic; what follows from silence is for people to tell.
    """
    what = circumstance_of(question.text)
    is_place = _is_place_only(question, view)
    if not is_place and (not what or _is_clearly_talk(question)):
        return None
    entry = view.entries.get(memory.entry_id)
    has_own_candidates = question.probability >= view.thresholds.offer_at
    if entry is None:
        return None if has_own_candidates else _which_matter(memory, view)
    if is_place:
        return compose_place.where(question, entry, _named_district(question, view), view)
    if answer_tells_of(entry, what):
        return compose.entry_answer(entry, view, question.now)
    if aspect := aspect_telling_of(entry, what):
        return compose.aspect_answer(entry, aspect, view, question.now)
    topic = compose_place.topic_named(question.text, view)
    if has_own_candidates or topic not in ("", entry.topic_folder):
        return None
    near = [item for item in _of_topic(question, entry.topic_folder, view) if item != entry]
    return compose.options([entry, *near][:_OFFERED], view, intro="no_entry_close")


def topic_family(question: Question, _memory: Memory, view: KnowledgeView) -> Answer | None:
    """Offer questions of a topic when a message says too little to tell which.

    "公积金" names the topic alone; "公积金怎么提取" fits several entries alike, so
    that none is likely. Every other word must stand in the questions offered.
    """
    topic = compose_place.topic_named(question.text, view)
    if not topic or question.probability >= view.thresholds.offer_at:
        return None
    words = _words_beside(topic, question.text, view)
    family = [
        entry
        for entry in _of_topic(question, topic, view)
        if all(any(word in question_key(title) for title in entry.questions) for word in words)
    ]
    return compose.options(family[:_OFFERED], view) if family else None


def offer(question: Question, _memory: Memory, view: KnowledgeView) -> Answer | None:
    """Offer up to three questions when one of them may be meant."""
    if question.probability < view.thresholds.offer_at or question.intent in ("chitchat", "abuse"):
        return None
    offered = offered_entries(question, view)
    if not offered:
        return None
    intro = "options_intro" if question.probability >= _LIKELY else "no_entry_close"
    return compose.options(offered, view, intro=intro)


def is_sure(question: Question, view: KnowledgeView) -> bool:
    """Return whether the first candidate may be told."""
    return bool(question.ranked) and question.probability >= view.thresholds.answer_at


def _is_about(entry: Entry, aspect: str) -> bool:
    """Return whether the entry as a whole answers this aspect, as 取暖费标准 answers the fee."""
    return asked_aspect(entry.title, "") == aspect


def _subject(question: Question, memory: Memory, view: KnowledgeView) -> Entry | None:
    """Return the entry that a message is about: its own, or the last answered one."""
    if is_sure(question, view) and not names_no_matter(question.text):
        return view.entries[question.ranked[0][0]]
    return view.entries.get(memory.entry_id)


def offered_entries(question: Question, view: KnowledgeView) -> list[Entry]:
    """Return up to three candidates worth offering."""
    return entries_of([entry_id for entry_id, _score in question.ranked[:_OFFERED]], view)


def _of_topic(question: Question, topic: str, view: KnowledgeView) -> list[Entry]:
    """Return the candidates of a topic, best first."""
    ranked = entries_of([entry_id for entry_id, _score in question.ranked], view)
    return [entry for entry in ranked if entry.topic_folder == topic]


def entries_of(ids: Sequence[str], view: KnowledgeView) -> list[Entry]:
    """Return entries by their ids, in the same order."""
    return [view.entries[entry_id] for entry_id in ids]


def _words_beside(topic: str, text: str, view: KnowledgeView) -> list[str]:
    """Return what a message names beside the words of a topic."""
    left = question_key(text)
    for word in sorted(view.registers.topics[topic].words, key=lambda word: (-len(word), word)):
        left = left.replace(question_key(word), " ")
    return [word for piece in left.split() for word in matter_words(piece)]


def _without_places(text: str, view: KnowledgeView) -> str:
    """Return a message without the places that it names."""
    left = text
    for mention in view.registers.gazetteer.find(text):
        left = left.replace(text[mention.start : mention.end], " ")
    return left


def _names_topic_only(question: Question, view: KnowledgeView) -> bool:
    """Return whether a message names a topic or a place and no matter of its own."""
    left = _without_places(question.text, view)
    topic = compose_place.topic_named(left, view)
    return not _words_beside(topic, left, view) if topic else names_no_matter(left)


def _is_place_only(question: Question, view: KnowledgeView) -> bool:
    """Return whether a message says nothing but a place of this city ("那青湖区呢")."""
    left = _without_places(question.text, view)
    return bool(_named_district(question, view)) and names_no_matter(left)


def _is_clearly_talk(question: Question) -> bool:
    """Return whether the classifier is sure that a message is no question."""
    is_question_intent = question.intent.startswith("ask_") or question.intent == "nlu_fallback"
    return question.intent_confidence >= _TALK_CONFIDENCE and not is_question_intent


def _which_matter(memory: Memory, view: KnowledgeView) -> Answer:
    """Ask which matter is meant: one of the questions just offered, or any."""
    if memory.offered:
        return compose.options(entries_of(memory.offered, view), view)
    return compose.phrase("ask_which_matter", view, status="clarify_slot")


def _named_district(question: Question, view: KnowledgeView) -> str:
    """Return the district named in this message, or an empty string."""
    for mention in view.registers.gazetteer.find(question.text):
        if mention.kind is not PlaceKind.OTHER_CITY:
            return view.registers.gazetteer.district_of(mention)
    return ""


def district_meant(question: Question, memory: Memory, view: KnowledgeView) -> str:
    """Return the district of this message, else the one named before."""
    return _named_district(question, view) or memory.district
