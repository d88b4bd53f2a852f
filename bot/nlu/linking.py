"""Links a message to ranked procedures. Plain Python over `knowledge.search`, used by the Rasa component."""

from __future__ import annotations

import logging
import re
import threading
import time
from dataclasses import dataclass
from typing import Any

from knowledge.search.asked import Asked
from knowledge.search.folded_matcher import FoldedMatcher
from knowledge.errors import CatalogueError
from knowledge.search.deciding import Certainty, decide, prefer_plain
from knowledge.search.index import Hit, ProcedureIndex
from knowledge.search.normalise import added_words, content_words, expand_abbreviations, load_lexicon, subject_words
from knowledge.store import CatalogueStore, SearchRow
from knowledge.text import fold, words

logger = logging.getLogger(__name__)

CODE = re.compile(r"(?<![\d.])(\d\.\d{6})(?:\.\d\d\.\d\d\.\d\d\.H\d\d)?(?![\d])")
_CHECK_EVERY = 5.0
"""Seconds between looks at the catalogue's revision."""
_NAME_BONUS, _NAMED_BASE = 0.30, 0.20
MAX_TEXT = 600
"""Characters of a message that are searched; a wall of text is about its beginning."""


@dataclass(frozen=True)
class Link:
    """Procedures for a message, best first, and how sure the first is.

    others: near, but set aside because they say more than was asked; a reply to a list may still mean them.
    words: how many words can name a matter; known: how many of them stand anywhere in the catalogue.
    """

    hits: tuple[Hit, ...]
    certainty: Certainty
    code: str
    words: int
    known: int
    others: tuple[Hit, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "hits": [_hit_json(hit) for hit in self.hits],
            "others": [_hit_json(hit) for hit in self.others],
            "certainty": self.certainty.value,
            "code": self.code,
            "words": self.words,
            "known": self.known,
        }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {"code": hit.code, "title": hit.title, "name": hit.name, "score": round(hit.score, 3)}


class Linker:
    """Holds the index of the current catalogue; takes in a changed catalogue without a restart."""

    def __init__(self, store: CatalogueStore) -> None:
        self._store = store
        self._revision: str | None = None
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._index = ProcedureIndex([])
        self._names = FoldedMatcher({})

    def link(self, text: str, asked: Asked) -> Link:
        """Return the link for `text`, whose question words `asked` has found."""
        self.refresh()
        typed = CODE.search(text)
        tokens = asked.rest.split()
        kept, code = subject_words(tokens), typed.group(1) if typed else ""
        if not kept:
            return Link((), Certainty.NONE, code, 0, 0)
        meant = " ".join([*tokens, *added_words(tokens, load_lexicon())])
        found = self._search(text[:MAX_TEXT], asked.rest[:MAX_TEXT], whole=bool(asked.facts))
        hits = prefer_plain(found, meant)
        others = [hit for hit in found[:10] if hit not in hits]
        known = sum(self._index.knows(token) for token in kept)
        certainty = decide(hits)
        if certainty is Certainty.WEAK:
            hits = [hit for hit in hits if self._shares_subject(hit, kept)]
            certainty = Certainty.WEAK if hits else Certainty.NONE
        return Link(tuple(hits[:6]), certainty, code, len(kept), known, tuple(others[:6]))

    def _shares_subject(self, hit: Hit, kept: list[str]) -> bool:
        """A procedure is worth naming as near only if its title holds two of the words asked, or the only one."""
        return len(set(words(hit.title)) & set(kept)) >= min(2, len(set(kept)))

    def _search(self, text: str, rest: str, whole: bool) -> list[Hit]:
        bonus = self._name_bonus(rest)
        found = {hit.code: hit for hit in self._index.search(rest, 40, typed=text)}
        # With and without the question's own words: formal questions gain by them, everyday ones lose.
        for hit in self._index.search(text, 40, typed=text, phrases=False) if whole else []:
            other = found.get(hit.code)
            found[hit.code] = hit if other is None or hit.score > other.score else other
        for code, more in bonus.items():
            base = found[code].score if code in found else _NAMED_BASE
            found[code] = self._index.hit_of(code, base + more)
        return sorted(found.values(), key=lambda hit: (-hit.score, hit.code))

    def _name_bonus(self, rest: str) -> dict[str, float]:
        """A procedure named outright gains, the more the larger the part of the message its name is."""
        tokens = expand_abbreviations(rest, load_lexicon())
        length = max(1, len(content_words(tokens)))
        bonus: dict[str, float] = {}
        for match in self._names.find(" ".join(tokens)):
            part = min(1.0, len(content_words(match.text.split())) / length)
            for code in match.label.split():
                bonus[code] = max(bonus.get(code, 0.0), _NAME_BONUS * part)
        return bonus

    def refresh(self, now: float | None = None) -> None:
        """Build the index again when the catalogue's revision has changed; keep the old one if that fails."""
        now = time.monotonic() if now is None else now
        if self._revision is not None and now - self._looked_at < _CHECK_EVERY:
            return
        with self._lock:
            self._looked_at = now
            revision = self._store.revision()
            if revision == self._revision:
                return
            try:
                rows = list(self._store.search_rows())
            except CatalogueError:
                logger.exception("catalogue unreadable, keeping the index of revision %s", self._revision)
                return
            self._index = ProcedureIndex(rows)
            self._names = FoldedMatcher(_names(rows))
            self._revision = revision
            logger.info("index of %d procedures built", len(rows))


def _names(rows: list[SearchRow]) -> dict[str, list[str]]:
    """Everyday and official names of curated procedures → codes; a name of several leads to all of them."""
    codes: dict[str, set[str]] = {}
    lexicon = load_lexicon()
    for row in rows:
        if row.curated:
            for name in (row.title, *row.aliases):
                written = " ".join(expand_abbreviations(fold(name), lexicon))
                codes.setdefault(written, set()).add(row.code)
    names: dict[str, list[str]] = {}
    for name, owners in codes.items():
        names.setdefault(" ".join(sorted(owners)), []).append(name)
    return names
