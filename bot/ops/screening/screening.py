"""One message on its way in, before anything is written: what may be stored of it, and what must come of it.

The hub, the terminal tools and Rasa's pipeline all ask here, so they agree. What the rules below miss of an
accusation, the intent classifier may still find; then the text is dropped after the turn (docs/safety.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.ops.outcomes import AFTER_CONTACT, AFTER_PROOF, Outcome
from bot.ops.screening.case_proofs import hide_proof
from bot.ops.screening.codes import asks_about_a_code, offers_a_code
from bot.ops.screening.danger import is_distress, is_emergency, is_violence
from bot.ops.screening.denunciations import asks_about_denouncing, goes_on_accusing, is_denunciation
from bot.ops.screening.kinds import Kind, kinds_masked_in, kinds_named, labels
from bot.ops.screening.masking import mask

EXPECTS = "expects"
"""Key of a message's content: the kinds of personal data that it asks for."""
MASKED, DROPPED, MATTER, SCREENED, LITTLE = "masked", "dropped", "matter", "screened", "says_too_little"
BEREAVED, SAYS_WHO = "bereaved", "says_who"
"""Keys of what is told of a screened message: kinds taken out, all taken out, what it is about; it was screened; it is
too short for more than what was found in it; somebody has died, so papers are meant rather than 115; it only
says who somebody is."""


class Matter(str, Enum):
    """What a message is about that the rest of the house must know at once; first things first.

    CODES: a code or password is offered. NO_CODES, NO_DENUNCIATION: it only asks about them, as about any procedure.
    """

    EMERGENCY = "emergency"
    VIOLENCE = "violence"
    DISTRESS = "distress"
    DENUNCIATION = "denunciation"
    CODES = "codes"
    NO_CODES = "no_codes"
    NO_DENUNCIATION = "no_denunciation"


PAYLOADS = {
    Matter.EMERGENCY: "/report_emergency",
    Matter.VIOLENCE: "/report_violence",
    Matter.DISTRESS: "/express_distress",
    Matter.DENUNCIATION: "/report_corruption",
}
"""What Rasa is told in place of a text that is dropped."""


@dataclass(frozen=True)
class Before:
    """What was said last by the assistant, as far as it changes how the next message is read."""

    expected: frozenset[Kind] = field(default_factory=frozenset)
    code_spoken_of: bool = False
    denunciation_refused: bool = False


@dataclass(frozen=True)
class Screened:
    """`text` may be written down. `dropped`: nothing of the message may, and `text` only says so.

    matter: an emergency goes first, also in a message that is dropped.
    """

    text: str
    masked: tuple[Kind, ...] = ()
    matter: Matter | None = None
    dropped: bool = False

    @property
    def payload(self) -> str | None:
        """What Rasa is told in place of a dropped text."""
        if not self.dropped:
            return None
        return PAYLOADS.get(self.matter, PAYLOADS[Matter.DENUNCIATION]) if self.matter else None


def screen(text: str, before: Before | None = None) -> Screened:
    """Return what may be written down of `text`. Screened text comes back as it is."""
    before = before or Before()
    matter = matter_of(text)
    if goes_on_accusing(text) if before.denunciation_refused else is_denunciation(text):
        first = matter if matter in PAYLOADS else Matter.DENUNCIATION
        return Screened(labels().dropped, (), first, dropped=True)
    masked = mask(text, before.expected, before.code_spoken_of)
    return Screened(masked.text, masked.kinds, matter)


def matter_of(text: str) -> Matter | None:
    """Return the first of the matters that plain words in `text` show, accusations left out."""
    looks = (
        (Matter.EMERGENCY, is_emergency),
        (Matter.VIOLENCE, is_violence),
        (Matter.DISTRESS, is_distress),
        (Matter.CODES, offers_a_code),
        (Matter.NO_CODES, asks_about_a_code),
        (Matter.NO_DENUNCIATION, asks_about_denouncing),
    )
    return next((matter for matter, shows in looks if shows(text)), None)


def screened_before(text: str) -> Screened:
    """Return what is known of a message that comes screened: its masks and the matter, nothing more is taken out."""
    return Screened(text, kinds_masked_in(text), matter_of(text))


def read_before(content: Mapping[str, Any] | None) -> Before:
    """Return what the assistant's last message (its content, or a `custom` object of Rasa) means for the next one."""
    content = content or {}
    answer = content.get("answer")
    outcome = answer.get("outcome") if isinstance(answer, Mapping) else None
    return Before(
        expected=kinds_named(content.get(EXPECTS)),
        code_spoken_of=outcome == Outcome.REFUSED_CREDENTIALS.value,
        denunciation_refused=outcome == Outcome.REFUSED_DENUNCIATION.value,
    )


def after_answer(text: str, outcomes: Iterable[object]) -> Screened | None:
    """What may stay written down of a question now that its answer shows what it was; None where that is all of it.

    The classifier knows accusations and codes that no rule does; what proved that a dossier is one's own is not needed
    any more, and a telephone number that was asked for stands in its request alone.
    """
    found = set(outcomes)
    if Outcome.REFUSED_DENUNCIATION.value in found:
        return Screened(labels().dropped, (), Matter.DENUNCIATION, dropped=True)
    if Outcome.REFUSED_CREDENTIALS.value in found:
        masked = mask(text, code_spoken_of=True)
        return Screened(masked.text, masked.kinds) if masked.kinds else None
    if found & AFTER_PROOF:
        masked = hide_proof(text)
        return Screened(masked.text, masked.kinds) if masked.kinds else None
    if found & AFTER_CONTACT:
        masked = mask(text)
        return Screened(masked.text, masked.kinds) if masked.kinds else None
    return None


def as_content(screened: Screened) -> dict[str, Any]:
    """A citizen's words as a message's content: what may be written down, and what was taken out of it.

    Pictures and files will need the same before they are stored (docs/safety.md, "Uploads"); none are taken yet.
    """
    content: dict[str, Any] = {"text": screened.text}
    if screened.masked:
        content[MASKED] = [kind.value for kind in screened.masked]
    if screened.dropped:
        content[DROPPED] = True
    return content
