"""Which words citizens agree to, in which version (consents.yml)."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.settings import ROOT

CONSENTS_FILE = Path(__file__).with_name("consents.yml")


@dataclass(frozen=True)
class Consent:
    """text: as it is asked now. version: as it is stored with an agreement now. versions: version → sha256 of its text,
    the newest last. stored: table and column.
    """

    id: str
    what: str
    text: str
    version: str
    stored: str
    asked_again: str
    versions: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the words, whatever their line breaks."""
        return hashlib.sha256(" ".join(self.text.split()).encode("utf-8")).hexdigest()


@lru_cache(maxsize=1)
def consents() -> tuple[Consent, ...]:
    """Return all consents with their words; raise `KeyError` where a file has no such words any more."""
    return tuple(_consent(row) for row in read_yaml(CONSENTS_FILE)["consents"])


def _consent(row: dict[str, Any]) -> Consent:
    text: Any = read_yaml(ROOT / row["file"])
    for step in row["key"]:
        text = text[step]
    module, _, name = row["constant"].rpartition(".")
    return Consent(
        id=row["id"],
        what=row["what"],
        text=str(text),
        version=str(getattr(importlib.import_module(module), name)),
        stored=row["stored"],
        asked_again=row["asked_again"],
        versions={str(one["version"]): str(one["sha256"]) for one in row["versions"]},
    )
