"""One question to one decision: answer, offer, say that no rule was found, or pass on.

Pure: everything comes in as arguments. The order of the steps is the table
`STEPS`; the first that returns an answer wins, the last always does. Words are
made in `compose` and `compose_place`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.answering import compose
from assistant.answering.aspects import is_question, names_no_matter
from assistant.answering.candidates import usable_candidates, usable_memory
from assistant.answering.choices import chosen_entry, pressed_intent
from assistant.answering.circumstances import circumstance_of
from assistant.answering.conversation import Answer, KnowledgeView, Memory, Question
from assistant.answering.matter_steps import (
    REQUEST_INTENTS,
    circumstance,
    district_meant,
    entries_of,
    follow_up,
    is_sure,
    offer,
    offered_entries,
    opening_hours,
    place_of_matter,
    sure_answer,
    topic_family,
)
from assistant.answering.nonsense import approves, has_chinese, says_nothing
from assistant.answering.old_numbers import HOTLINE, numbers_asked
from assistant.answering.scope import other_city_asked
from assistant.knowledge.out_of_scope import match as match_out_of_scope

Step = Callable[[Question, Memory, KnowledgeView], Answer | None]

# Intent → phrase of knowledge/phrases.yml that is said when nothing better fits, and its status.
PHRASE_INTENTS: dict[str, tuple[str, str]] = {
    "greet": ("greeting", "smalltalk"),
    "goodbye": ("goodbye", "smalltalk"),
    "thank": ("thanks", "smalltalk"),
    "bot_challenge": ("bot_challenge", "smalltalk"),
    "ask_scope": ("scope", "smalltalk"),
    "chitchat": ("chitchat", "unanswerable_out_of_domain"),
    "abuse": ("abuse", "smalltalk"),
    "affirm": ("affirm", "smalltalk"),
    "deny": ("deny", "smalltalk"),
    "none_of_these": ("none_of_these", "smalltalk"),
    "praise": ("request_not_yet", "handoff_offered"),
    "complain": ("request_not_yet", "handoff_offered"),
    "report_violation": ("request_not_yet", "handoff_offered"),
    "seek_help": ("request_not_yet", "handoff_offered"),
    "suggest": ("request_not_yet", "handoff_offered"),
    "query_progress": ("progress_not_yet", "handoff_offered"),
    "add_information": ("add_information", "handoff_offered"),
    "withdraw_request": ("withdraw", "handoff_offered"),
    "rate": ("rate", "handoff_offered"),
    "request_human": ("human_not_yet", "handoff_offered"),
    "request_appointment": ("appointment", "clarify_slot"),
}
# These say what they mean with so few words that a candidate entry proves nothing.
_FIRM_INTENTS = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "request_human", "query_progress",
     "withdraw_request", "rate", "bot_challenge", "ask_scope", "abuse"}
)  # fmt: skip
# Heard below this, they yield to a sure entry: 征地反映半年没下文，想写信上去走什么路 sounds like
# a question of progress, and 打针的绿本子丢了 like abuse. Who wants a person gets one.
_UNDOUBTED = 0.9
_STANDS_FROM = {"request_human": 0.5}
# "hello" and "thank you" are understood; longer talk in other letters is not.
_FOREIGN_WORDS = 2
# Said of a court or a petition, these are for the lawful way and not for the hotline.
_MAYBE_LEGAL = frozenset({"out_of_scope_legal", "query_progress", "add_information"})
# Below this an intent is a guess and its phrase would be beside the point. Grievances are
# exempt: they share one phrase, so that doubt between them does not matter.
_HEARD_CONFIDENCE = 0.4
# After these the entry answered before is no longer what the conversation is about.
_LEAVES_THE_MATTER = frozenset(
    {"clarify_options", "unanswerable_no_entry", "redirected_lawful_path"}
)


def decide(question: Question, memory: Memory, view: KnowledgeView) -> Answer:
    """Return the answer of one turn; never fails for want of knowledge."""
    if (intent := pressed_intent(question.text)) is not None:
        question = replace(question, intent=intent, intent_confidence=1.0, probability=0.0)
    usable = usable_candidates(question, view)
    kept = usable_memory(memory, question.now, view)
    for step in STEPS:
        answer = step(usable, kept, view)
        if answer is not None:
            return replace(answer, district=district_meant(question, memory, view))
    raise AssertionError("the last step always answers")


def memory_after(answer: Answer, question: Question, memory: Memory) -> Memory:
    """Return what the conversation remembers once a question has been answered.

    An entry is forgotten when another matter was named and not answered: the next
    "要带什么材料" would be told of the wrong one.
    """
    entry_id = memory.entry_id
    if answer.entry is not None:
        entry_id = answer.entry.id
    elif answer.status in _LEAVES_THE_MATTER and not names_no_matter(question.text):
        entry_id = ""
    return Memory(entry_id=entry_id, district=answer.district, offered=answer.offered)


def _chosen(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Answer the entry that was picked from an offer."""
    entry = chosen_entry(question, memory, view)
    return None if entry is None else compose.entry_answer(entry, view, question.now)


def _repeat(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say the last answer again, or offer again what was offered."""
    if question.intent != "repeat" or not names_no_matter(_without_repeat(question.text)):
        return None
    if memory.offered:
        return compose.options(entries_of(memory.offered, view), view)
    if memory.lapsed:
        return compose.no_rule(view)
    entry = view.entries.get(memory.entry_id)
    if entry is not None:
        return compose.entry_answer(entry, view, question.now)
    return compose.phrase("repeat_nothing", view)


def _none_of_these(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Take leave of the offered questions."""
    if question.intent != "none_of_these" or question.probability >= view.thresholds.answer_at:
        return None
    if question.intent_confidence < _HEARD_CONFIDENCE:
        return None
    return _phrase_of("none_of_these", view)


def _says_nothing(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Take thanks for thanks; ask for words when a message has none."""
    if approves(question.text):
        return _phrase_of("thank", view)
    if not says_nothing(question.text) or numbers_asked(question.text, view.registers):
        return None
    return compose.not_understood(view)


def _old_number(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Tell what became of a hotline number.

    A sure entry that tells of the number as well follows the register's words; of
    12345 itself a sure entry tells more than the register.
    """
    lines = numbers_asked(question.text, view.registers)
    if not lines:
        return None
    if is_sure(question, view):
        entry = view.entries[question.ranked[0][0]]
        if lines[0].number == HOTLINE:
            return None
        if all(line.number in entry.answer for line in lines):
            return compose.with_lead(lines, compose.entry_answer(entry, view, question.now))
    return compose.old_numbers(lines, lines[0].source)


def _firm_phrase(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Answer greetings and the like; a message that is surely about an entry goes on."""
    if question.intent not in _FIRM_INTENTS or question.intent_confidence < _HEARD_CONFIDENCE:
        return None
    if not has_chinese(question.text) and (
        question.intent == "abuse" or len(question.text.split()) > _FOREIGN_WORDS
    ):
        return None
    needed = _STANDS_FROM.get(question.intent, _UNDOUBTED)
    # After an answer, the form of a follow-up says more than an intent half heard.
    is_follow_up = bool(memory.entry_id and circumstance_of(question.text))
    if question.intent_confidence < needed and (is_sure(question, view) or is_follow_up):
        return None
    if _legal(question, memory, view) is not None:
        return None
    return _phrase_of(question.intent, view)


def _not_searched(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say that nothing could be looked up when retrieval did not run."""
    return None if question.is_searched else compose.unavailable(view)


def _other_city(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the other city's own hotline."""
    city = other_city_asked(question.text, view.registers)
    return None if city is None else compose.other_city(city, view)


def _legal(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the lawful way for what the hotline may not take."""
    if question.intent not in _MAYBE_LEGAL:
        return None
    if is_sure(question, view) and is_question(question.text):
        return None
    found = match_out_of_scope(view.registers.out_of_scope, question.text)
    return None if found is None else compose.lawful_path(found)


def _request(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say truthfully how a request reaches the hotline, with rules that may concern it."""
    if question.intent not in PHRASE_INTENTS or question.intent in ("chitchat", "abuse"):
        return None
    is_grievance = question.intent in REQUEST_INTENTS
    if question.intent_confidence < _HEARD_CONFIDENCE and not is_grievance:
        return None
    answer = _phrase_of(question.intent, view)
    if is_grievance and question.probability >= view.thresholds.offer_at:
        return compose.with_related(answer, offered_entries(question, view))
    return answer


def _legal_fallback(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the lawful way whatever the intent, when no entry is near."""
    if question.probability >= view.thresholds.offer_at and question.intent != "out_of_scope_legal":
        return None
    found = match_out_of_scope(view.registers.out_of_scope, question.text)
    return None if found is None else compose.lawful_path(found)


def _no_rule(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say that no rule was found, or that the message was not understood, and the way on."""
    if not has_chinese(question.text):
        return compose.not_understood(view)
    is_heard = question.intent_confidence >= _HEARD_CONFIDENCE
    if question.intent in ("chitchat", "abuse") and is_heard:
        return _phrase_of(question.intent, view)
    if not is_heard and not is_question(question.text):
        return compose.not_understood(view)
    return compose.no_rule(view)


STEPS: tuple[Step, ...] = (
    _chosen,
    _repeat,
    _none_of_these,
    _says_nothing,
    _old_number,
    _firm_phrase,
    _not_searched,
    _other_city,
    _legal,
    opening_hours,
    follow_up,
    place_of_matter,
    sure_answer,
    circumstance,
    _request,
    _legal_fallback,
    topic_family,
    offer,
    _no_rule,
)


def _phrase_of(intent: str, view: KnowledgeView) -> Answer:
    """Return the phrase of an intent with its status."""
    key, status = PHRASE_INTENTS[intent]
    return compose.phrase(key, view, status=status)


def _without_repeat(text: str) -> str:
    """Return a message without the words that ask for a repetition."""
    for word in (
        "再说一遍",
        "再讲一遍",
        "重复",
        "没看懂",
        "没听清",
        "没明白",
        "看不懂",
        "什么意思",
        "一遍",
        "再发",
    ):
        text = text.replace(word, "")
    return text
