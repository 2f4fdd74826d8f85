"""What a citizen in danger reads: the number first, one instruction, a way on.

All words come from knowledge/emergencies.yml; nothing is put together but numbers
and their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.safety.danger import Danger, DangerRecogniser
from assistant.safety.emergencies import Emergencies

if TYPE_CHECKING:
    from assistant.safety.meaning import Listener
    from assistant.safety.phrase_weights import PhraseWeights

CRISIS = "redirected_crisis"
EMERGENCY = "redirected_emergency"
# Despair is answered by people who listen, not by those who come with a siren.
CRISIS_NUMBER = "12356"
# The kind of an alarm whose number is clear and whose kind is not.
UNCLEAR = "unclear"


@dataclass(frozen=True)
class Alarm:
    """One recognised danger and its card; `also` is a second number or empty.

    `text` is for a message that was stored, `text_not_stored` for one that could not be.
    """

    kind: str
    title: str
    number: str
    also: str
    status: str
    text: str
    text_not_stored: str
    evidence: tuple[str, ...]


class DangerWatch:
    """Looks at messages and makes the card; safe to share between threads."""

    def __init__(
        self,
        emergencies: Emergencies,
        weights: PhraseWeights | None = None,
        meaning: Listener | None = None,
    ) -> None:
        self._emergencies = emergencies
        self._recogniser = DangerRecogniser(emergencies, weights, meaning)

    def look(self, message: str) -> Alarm | None:
        """Return the alarm that a message, cleaned or not, calls for, or None."""
        danger = self._recogniser.recognise(message)
        return None if danger is None else alarm_of(danger, self._emergencies)


def alarm_of(danger: Danger, emergencies: Emergencies) -> Alarm:
    """Return a danger with the words that a citizen reads."""
    number = emergencies.numbers[danger.number]
    calls = f"请立即拨打{number.number}（{number.name}）。"
    if number.number == CRISIS_NUMBER:
        calls = f"请拨打{number.number}（{number.name}）。"
    if danger.also:
        calls += f"同时可以拨打{danger.also}（{emergencies.numbers[danger.also].name}）。"
    kind = danger.kind
    lines = (calls, kind.instruction if kind else number.instruction)
    go_on = (kind.go_on if kind else "") or number.go_on or emergencies.go_on
    return Alarm(
        kind=kind.id if kind else UNCLEAR,
        title=kind.title if kind else number.name,
        number=danger.number,
        also=danger.also,
        status=CRISIS if danger.number == CRISIS_NUMBER else EMERGENCY,
        text="\n\n".join((*lines, go_on)),
        text_not_stored="\n\n".join((*lines, emergencies.not_stored)),
        evidence=danger.evidence,
    )
