"""The sentences about photos, read from wording.yml when the application is built."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.attachments.models import PhotoRefusal
from bot.errors import PhotoRefusedError
from knowledge.plain_yaml import plain_yaml

WORDING_FILE = Path(__file__).resolve().parent / "wording.yml"


@dataclass(frozen=True)
class PhotoWording:
    """All sentences, complete: loading fails when one is missing."""

    sent: str
    name: str
    refusals: Mapping[PhotoRefusal, str]

    def of(self, error: PhotoRefusedError) -> str:
        """Return what the sender reads of a refusal."""
        return str(error.context.get("said") or self.refusals[PhotoRefusal(error.context["reason"])])

    @classmethod
    def load(cls, path: Path = WORDING_FILE) -> PhotoWording:
        """Read the file; raise `KeyError` naming the sentence that is missing."""
        entries = plain_yaml(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
        refusals = {refusal: entries["refusals"][refusal.value] for refusal in PhotoRefusal}
        return cls(entries["sent"], entries["name"], refusals)
