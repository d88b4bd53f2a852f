"""The sentences the hub itself says, read from wording.yml when the application is built."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.errors import MessageRefusedError
from bot.feedback.models import Desk, Kept, Thumb
from bot.feedback.words import TakenWords
from bot.hub.models import Draft, Refusal
from bot.ops.outcomes import Outcome
from knowledge.plain_yaml import plain_yaml

WORDING_FILE = Path(__file__).resolve().parent / "wording.yml"


class FeedbackWord(str, Enum):
    """What is said of an opinion once it is stored."""

    UP = "up"
    DOWN = "down"
    EDITOR = "editor"
    SUPPORT = "support"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    URGENT = "urgent"
    SURVEY = "survey"
    SURVEY_CONTACT = "survey_contact"
    SURVEY_SKIPPED = "survey_skipped"


@dataclass(frozen=True)
class Wording:
    """All sentences, complete: loading fails when one is missing."""

    away: str
    slow: str
    internal_error: str
    page_error: str
    refusals: Mapping[Refusal, str]
    feedback: Mapping[FeedbackWord, str]

    @classmethod
    def load(cls, path: Path = WORDING_FILE) -> Wording:
        """Read the file; raise `KeyError` naming the sentence that is missing."""
        entries = plain_yaml(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
        return cls(
            away=entries["away"],
            slow=entries["slow"],
            internal_error=entries["internal_error"],
            page_error=entries["page_error"],
            refusals={refusal: entries["refusals"][refusal.value] for refusal in Refusal},
            feedback={word: entries["feedback"][word.value] for word in FeedbackWord},
        )

    def of(self, error: MessageRefusedError) -> str:
        """Return what a citizen reads of a refusal."""
        return str(error.context.get("said") or self.refusals[Refusal(error.context["reason"])])

    def of_rating(self, kept: Kept, words: TakenWords) -> str:
        """What a citizen reads under an answer that was rated; first things first."""
        said = _first_word(words)
        if said is not None:
            return self.feedback[said]
        if kept.rating.thumb is not Thumb.DOWN:
            return self.feedback[FeedbackWord.UP if kept.rating.thumb else FeedbackWord.WITHDRAWN]
        if kept.rating.reason is None and not kept.rating.words:
            return self.feedback[FeedbackWord.DOWN]
        desk = FeedbackWord.EDITOR if kept.desk is Desk.EDITOR else FeedbackWord.SUPPORT
        return self.feedback[desk].format(reference=kept.reference)

    def of_survey(self, skipped: bool, contact: bool, words: TakenWords) -> str:
        """What a citizen reads once the survey's answer is stored."""
        usual = FeedbackWord.SURVEY_CONTACT if contact else FeedbackWord.SURVEY
        return self.feedback[_first_word(words) or (FeedbackWord.SURVEY_SKIPPED if skipped else usual)]

    def away_draft(self) -> Draft:
        """What a citizen reads while the assistant does not answer."""
        return Draft({"text": self.away})

    def slow_draft(self) -> Draft:
        """What a citizen reads while an answer takes long."""
        return Draft({"text": self.slow})

    def internal_error_draft(self, reference: str) -> Draft:
        """What a citizen reads when a question could not be answered at all."""
        text = self.internal_error.format(reference=reference)
        return Draft({"text": text}, effects={"outcome": Outcome.ERROR_INTERNAL.value})


def _first_word(words: TakenWords) -> FeedbackWord | None:
    if words.urgent:
        return FeedbackWord.URGENT
    return FeedbackWord.DROPPED if words.dropped else None
