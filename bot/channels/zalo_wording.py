"""The sentences of the Zalo channel, complete: loading fails when one is missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.zalo.events import SAID, EventKind
from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold

PLACE_TEXTS = ("ask", "yes", "no", "refused", "again", "which", "other", "outside")
TEMPLATE_TEXTS = ("ask", "yes", "no", "agreed", "refused", "stopped", "again")
FILE = Path(__file__).resolve().parent / "zalo_wording.yml"


@dataclass(frozen=True)
class ZaloWording:
    """sent: what stands in the transcript for something without words. replies: what is said to it.

    yes, no: folded words that answer a question of the channel's own. place: about a location. templates: about news by
    template messages; template_stop, template_begin: folded words that take the consent back, or give it.
    """

    welcome: str
    lead_in: str
    sent: Mapping[EventKind, str]
    replies: Mapping[EventKind, str]
    yes: frozenset[str]
    no: frozenset[str]
    place: Mapping[str, str]
    templates: Mapping[str, str]
    template_stop: frozenset[str]
    template_begin: frozenset[str]

    @classmethod
    def load(cls, path: Path = FILE) -> ZaloWording:
        """Read the file; raise `KeyError` naming the sentence that is missing."""
        entries = plain_yaml(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
        kinds = SAID - {EventKind.TEXT}
        return cls(
            welcome=entries["welcome"],
            lead_in=entries["lead_in"],
            sent={kind: entries["sent"][kind.value] for kind in kinds},
            replies={kind: entries["replies"][kind.value] for kind in kinds},
            yes=frozenset(map(fold, entries["agreeing"])),
            no=frozenset(map(fold, entries["refusing"])),
            place={name: entries["place"][name] for name in PLACE_TEXTS},
            templates={name: entries["templates"][name] for name in TEMPLATE_TEXTS},
            template_stop=frozenset(map(fold, entries["templates"]["stop_words"])),
            template_begin=frozenset(map(fold, entries["templates"]["begin_words"])),
        )
