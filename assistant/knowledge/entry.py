"""What an entry of the knowledge base is, once its file has been read.

An entry answers one matter. Its words are reviewed and are shown to citizens
as they stand; everything a citizen may ask for separately (materials, fee,
place …) is a section of the body under a fixed Chinese heading.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What an entry is; the folder it lies in says the same."""

    FAQ = "faq"
    GUIDE = "guide"


KIND_FOLDERS: dict[Kind, str] = {Kind.FAQ: "faq", Kind.GUIDE: "guides"}

# Aspect word → heading in the body. All nine are told at once (一次性告知), so a
# guide has every one, in this order; a faq has those it needs.
ASPECT_HEADINGS: dict[str, str] = {
    "basis": "依据",
    "time_limit": "办理时限",
    "process": "办理流程",
    "materials": "材料",
    "fee": "收费",
    "place": "地点",
    "contact": "咨询",
    "forms": "样表",
    "mistakes": "常见错误",
}
HEADING_ASPECTS: dict[str, str] = {heading: aspect for aspect, heading in ASPECT_HEADINGS.items()}

AUDIENCES = ("person", "business", "internal")
VISIBILITIES = ("public", "agent")
CITY_AREA = "yunzhou"


@dataclass(frozen=True)
class PolicySource:
    """A document that an answer rests on."""

    title: str
    document_no: str
    clause: str
    published_on: str
    url: str = ""


@dataclass(frozen=True)
class Check:
    """One step of review, bound to the content's hash."""

    level: str
    by: str
    on: str
    hash: str
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """One reviewed matter. Dates are ISO days in Shanghai; `valid_to` is inclusive or empty.

    `sections` maps an aspect (see `ASPECT_HEADINGS`) to its text, in file order.
    `lines` maps a field name to its line in the file, counted from 1.
    """

    id: str
    kind: Kind
    title: str
    similar: tuple[str, ...]
    unlike: tuple[str, ...]
    owner: str
    topic: tuple[str, ...]
    area: str
    audience: tuple[str, ...]
    visibility: str
    sources: tuple[PolicySource, ...]
    valid_from: str
    valid_to: str
    supersedes: str
    review_by: str
    author: str
    answer: str
    sections: dict[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    path: str = ""
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def topic_folder(self) -> str:
        """First part of the id, e.g. `social-insurance`."""
        return self.id.split("/")[0]

    @property
    def questions(self) -> tuple[str, ...]:
        """The standard question and the similar ones."""
        return (self.title, *self.similar)

    @property
    def last_checked_on(self) -> str:
        """ISO day of the last approval, or an empty string."""
        days = [check.on for check in self.checks if check.level in ("department", "hotline")]
        return max(days, default="")

    def content_hash(self) -> str:
        """Return SHA-256 over everything but the checks and where the file lies.

        An approval is bound to this hash: any change of content voids it.
        """
        content = asdict(self)
        for key in ("checks", "path", "lines"):
            del content[key]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def is_in_force(self, on: date) -> bool:
        """Return whether the rule holds on a day."""
        day = on.isoformat()
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)

    def is_of_the_future(self, on: date) -> bool:
        """Return whether the rule starts after a day."""
        return self.valid_from > on.isoformat()
