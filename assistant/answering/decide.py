"""One question to one decision: answer, offer, say that no rule was found, or pass on.

Pure: everything comes in as arguments. The order of the steps is the table
`STEPS`; the first that returns an answer wins, the last always does. Words are
made in `compose` and `compose_place`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.answering import compose, compose_place
from assistant.answering.aspects import asked_aspect, is_question, names_no_matter
from assistant.answering.candidates import usable_candidates
from assistant.answering.conversation import Answer, KnowledgeView, Memory, Question
from assistant.answering.scope import other_city_asked
from assistant.knowledge.entry import Entry
from assistant.knowledge.out_of_scope import match as match_out_of_scope
from assistant.knowledge.places import PlaceKind

Step = Callable[[Question, Memory, KnowledgeView], Answer | None]

REQUEST_INTENTS = frozenset({"complain", "report_violation", "seek_help", "suggest"})
# Intent → phrase of knowledge/phrases.yml that is said when nothing better fits.
PHRASE_INTENTS: dict[str, str] = {
    "greet": "greeting",
    "goodbye": "goodbye",
    "thank": "thanks",
    "bot_challenge": "bot_challenge",
    "ask_scope": "scope",
    "chitchat": "chitchat",
    "abuse": "abuse",
    "affirm": "affirm",
    "deny": "deny",
    "praise": "request_not_yet",
    "complain": "request_not_yet",
    "report_violation": "request_not_yet",
    "seek_help": "request_not_yet",
    "suggest": "request_not_yet",
    "query_progress": "progress_not_yet",
    "add_information": "add_information",
    "withdraw_request": "withdraw",
    "rate": "rate",
    "request_human": "human_not_yet",
    "request_appointment": "appointment",
}
# These say what they mean with so few words that a candidate entry proves nothing.
_FIRM_INTENTS = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "none_of_these", "repeat", "request_human",
     "query_progress", "withdraw_request", "rate", "bot_challenge", "ask_scope", "abuse"}
)  # fmt: skip
_FIRM_CONFIDENCE = 0.5


def decide(question: Question, memory: Memory, view: KnowledgeView) -> Answer:
    """Return the answer of one turn; never fails for want of knowledge."""
    usable = usable_candidates(question, view)
    for step in STEPS:
        answer = step(usable, memory, view)
        if answer is not None:
            return replace(answer, district=_district(question, memory, view))
    raise AssertionError("the last step always answers")


def _repeat(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say the last answer again."""
    if question.intent != "repeat" or not names_no_matter(_without_repeat(question.text)):
        return None
    entry = view.entries.get(memory.entry_id)
    if entry is not None:
        return compose.entry_answer(entry, view, question.now)
    return compose.phrase("repeat_nothing", view)


def _none_of_these(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Take leave of the offered questions."""
    if question.intent != "none_of_these" or question.probability >= view.thresholds.answer_at:
        return None
    return compose.phrase("none_of_these", view)


def _firm_phrase(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Answer greetings and the like; a message that is surely about an entry goes on."""
    key = PHRASE_INTENTS.get(question.intent)
    if key is None or question.intent not in _FIRM_INTENTS:
        return None
    if question.intent_confidence < _FIRM_CONFIDENCE and _is_sure(question, view):
        return None
    return compose.phrase(key, view)


def _other_city(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the other city's own hotline."""
    city = other_city_asked(question.text, view.registers)
    return None if city is None else compose.other_city(city, view)


def _legal(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the lawful way for what the hotline may not take."""
    if question.intent != "out_of_scope_legal":
        return None
    if _is_sure(question, view) and is_question(question.text):
        return None
    found = match_out_of_scope(view.registers.out_of_scope, question.text)
    return None if found is None else compose.lawful_path(found)


def _opening_hours(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Tell the hours of the hall that is meant, and whether it is open now."""
    if question.intent != "ask_opening_hours":
        return None
    entry = _subject(question, memory, view)
    return compose_place.opening_hours(question, entry, _district(question, memory, view), view)


def _follow_up(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Give one aspect of the entry that was just answered."""
    entry = view.entries.get(memory.entry_id)
    aspect = asked_aspect(question.text, question.intent)
    if not names_no_matter(question.text) or aspect is None:
        return None
    if entry is None:
        return compose.phrase("ask_which_matter", view, status="clarify_slot")
    if aspect == "place":
        return compose_place.where(question, entry, _district(question, memory, view), view)
    return compose.aspect_answer(entry, aspect, view, question.now)


def _place_of_matter(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """List halls when a place is asked and the district or the topic is all there is."""
    if question.intent != "ask_place":
        return None
    district = _named_district(question, view)
    if _is_sure(question, view) and not district:
        return None
    entry = view.entries.get(question.ranked[0][0]) if _is_sure(question, view) else None
    return compose_place.where(question, entry, district or memory.district, view)


def _sure_answer(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Answer from the first candidate when its probability allows."""
    if not _is_sure(question, view):
        return None
    if question.intent in REQUEST_INTENTS and not is_question(question.text):
        return None
    entry = view.entries[question.ranked[0][0]]
    aspect = asked_aspect(question.text, question.intent)
    if aspect == "place" and question.intent == "ask_place":
        return compose_place.where(question, entry, _district(question, memory, view), view)
    if aspect is not None and aspect in entry.sections and not _is_about(entry, aspect):
        return compose.aspect_answer(entry, aspect, view, question.now)
    return compose.entry_answer(entry, view, question.now)


def _request(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say truthfully how a request reaches the hotline, with rules that may concern it."""
    key = PHRASE_INTENTS.get(question.intent)
    if key is None or question.intent in ("chitchat", "abuse"):
        return None
    answer = compose.phrase(key, view, status="handoff_offered")
    if question.intent in REQUEST_INTENTS and question.probability >= view.thresholds.offer_at:
        return compose.with_related(answer, _offered(question, view))
    return answer


def _legal_fallback(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Name the lawful way whatever the intent, when no entry is near."""
    if question.probability >= view.thresholds.offer_at and question.intent != "out_of_scope_legal":
        return None
    found = match_out_of_scope(view.registers.out_of_scope, question.text)
    return None if found is None else compose.lawful_path(found)


def _offer(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Offer up to three questions when one of them may be meant."""
    if question.probability < view.thresholds.offer_at or question.intent in ("chitchat", "abuse"):
        return None
    offered = _offered(question, view)
    return compose.options(offered, view) if offered else None


def _no_rule(question: Question, memory: Memory, view: KnowledgeView) -> Answer | None:
    """Say that no rule was found, and the way on."""
    if question.intent == "chitchat":
        return compose.phrase("chitchat", view, status="unanswerable_out_of_domain")
    if question.intent == "abuse":
        return compose.phrase("abuse", view)
    return compose.no_rule(view)


STEPS: tuple[Step, ...] = (
    _repeat,
    _none_of_these,
    _firm_phrase,
    _other_city,
    _legal,
    _opening_hours,
    _follow_up,
    _place_of_matter,
    _sure_answer,
    _request,
    _legal_fallback,
    _offer,
    _no_rule,
)


def _is_sure(question: Question, view: KnowledgeView) -> bool:
    """Return whether the first candidate may be told."""
    return bool(question.ranked) and question.probability >= view.thresholds.answer_at


def _is_about(entry: Entry, aspect: str) -> bool:
    """Return whether the entry as a whole answers this aspect, as 取暖费标准 answers the fee."""
    return asked_aspect(entry.title, "") == aspect


def _subject(question: Question, memory: Memory, view: KnowledgeView) -> Entry | None:
    """Return the entry that a message is about: its own, or the last answered one."""
    if _is_sure(question, view) and not names_no_matter(question.text):
        return view.entries[question.ranked[0][0]]
    return view.entries.get(memory.entry_id)


def _offered(question: Question, view: KnowledgeView) -> list[Entry]:
    """Return up to three candidates worth offering."""
    return [view.entries[entry_id] for entry_id, _score in question.ranked[:3]]


def _named_district(question: Question, view: KnowledgeView) -> str:
    """Return the district named in this message, or an empty string."""
    for mention in view.registers.gazetteer.find(question.text):
        if mention.kind is not PlaceKind.OTHER_CITY:
            return view.registers.gazetteer.district_of(mention)
    return ""


def _district(question: Question, memory: Memory, view: KnowledgeView) -> str:
    """Return the district of this message, else the one named before."""
    return _named_district(question, view) or memory.district


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
