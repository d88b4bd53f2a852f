"""The sentences the hub itself says, read from wording.yml when the application is built."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.hub.models import Draft, Refusal

WORDING_FILE = Path(__file__).resolve().parent / "wording.yml"


@dataclass(frozen=True)
class Wording:
    """All sentences, complete: loading fails when one is missing."""

    away: str
    internal_error: str
    page_error: str
    refusals: Mapping[Refusal, str]

    @classmethod
    def load(cls, path: Path = WORDING_FILE) -> Wording:
        """Read the file; raise `KeyError` naming the sentence that is missing."""
        entries = yaml.safe_load(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
        return cls(
            away=entries["away"],
            internal_error=entries["internal_error"],
            page_error=entries["page_error"],
            refusals={refusal: entries["refusals"][refusal.value] for refusal in Refusal},
        )

    def away_draft(self) -> Draft:
        """What a citizen reads while the assistant does not answer."""
        return Draft({"text": self.away})

    def internal_error_draft(self, reference: str) -> Draft:
        """What a citizen reads when a question could not be answered at all."""
        return Draft({"text": self.internal_error.format(reference=reference)})
