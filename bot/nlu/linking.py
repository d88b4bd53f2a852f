"""Links a message to ranked procedures. Plain Python over `knowledge.search`, used by the Rasa component."""

from __future__ import annotations

import logging
import re
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.nlu.several import Several, find_several
from knowledge.errors import CatalogueError
from knowledge.search.ages import of_that_age
from knowledge.search.asked import Asked, facts_in
from knowledge.search.deciding import Certainty, decide
from knowledge.search.denials import asserted
from knowledge.search.index import NOTHING, Hit, ProcedureIndex, Ranked
from knowledge.search.normalise import added_words, load_lexicon, subject_words
from knowledge.text import words

logger = logging.getLogger(__name__)

CODE = re.compile(r"(?<![\d.])(\d\.\d{6})(?:\.\d\d\.\d\d\.\d\d\.H\d\d)?(?![\d])")
_CHECK_EVERY = 5.0
"""Seconds between looks at the catalogue's revision."""
_HITS, _OTHERS = 6, 6
_TWINS, _NEAR_TWIN = 2, 0.5
_WHO_DIED = (
    (re.compile(r"\bmá\b", re.IGNORECASE), "mẹ"),
    (
        re.compile(
            r"(^|[,.;:!?] ?|\bdạ |\bnhà |\bdo |\bvì )(?:con|cháu|em)(?: (?:trai|gái|út|ruột))*"
            r"(?: trai| gái|(?: của)? (?:tôi|tui|em|mình))(?= (?:mới |vừa |đã )?mất\b)",
            re.IGNORECASE,
        ),
        r"\1người thân",
    ),
)
"""Read so where an event of life is looked for: without its mark "má mất rồi" is a code that was lost ("mã mất rồi"),
and "con em mất rồi" has only words with which people speak of themselves."""
MAX_TEXT = 600
"""Characters of a message that are searched; a wall of text is about its beginning."""


@dataclass(frozen=True)
class Link:
    """Procedures for a message, best first, and how sure the first is.

    others: further down; a reply to a list may still mean them. sure, inside: see `knowledge.search.index.Ranked`.
    words: how many words can name a matter; known: how many of them stand anywhere in the catalogue.
    """

    hits: tuple[Hit, ...]
    certainty: Certainty
    code: str
    words: int
    known: int
    others: tuple[Hit, ...] = ()
    sure: float = 0.0
    inside: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "hits": [_hit_json(hit) for hit in self.hits],
            "others": [_hit_json(hit) for hit in self.others],
            "certainty": self.certainty.value,
            "code": self.code,
            "words": self.words,
            "known": self.known,
            "sure": round(self.sure, 3),
            "inside": round(self.inside, 3),
        }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {"code": hit.code, "title": hit.title, "name": hit.name, "score": round(hit.score, 3)}


class IndexSource(Protocol):
    """Where the index of the catalogue comes from: `knowledge.search.index_source`, or a fake."""

    def current(self) -> ProcedureIndex:
        """Return the best index that there is now; raise `CatalogueError` where the catalogue cannot be read."""
        ...


class Linker:
    """Holds the index of the current catalogue; takes in a changed catalogue without a restart."""

    def __init__(self, source: IndexSource) -> None:
        self._source = source
        self._index: ProcedureIndex | None = None
        self._looked_at = 0.0
        self._lock = threading.Lock()

    def index(self) -> ProcedureIndex | None:
        """Return what messages are linked by now; None where the catalogue was never read."""
        return self._refreshed(time.monotonic())

    def understand(self, text: str) -> tuple[Asked, Link]:
        """Return which facts `text` asks for, and which procedures it is about."""
        index = self.index()
        if index is None:
            return facts_in(words(text[:MAX_TEXT])), Link((), Certainty.NONE, _code_in(text), 0, 0)
        asked = index.facts(index.read(text[:MAX_TEXT]))
        question = index.read_matter(asserted(text[:MAX_TEXT]))
        kept = subject_words(facts_in(question.tokens).rest.split())
        ranked = of_that_age(index.rank(question, _HITS + _OTHERS), text) if kept else NOTHING
        known = sum(index.knows(token) for token in kept)
        return asked, _link(ranked, _code_in(text), kept, known, question.tokens)

    def several(self, text: str) -> Several:
        """Return what `text` says beyond one procedure; nothing where there is no catalogue."""
        index = self.index()
        if index is None:
            return Several()
        told = text[:MAX_TEXT]
        for who, read_as in _WHO_DIED:
            told = who.sub(read_as, told)
        return find_several(text[:MAX_TEXT], index.read(told).tokens, lambda part: led_by_ours(index, part))

    def _refreshed(self, now: float) -> ProcedureIndex | None:
        """Return the index, a newer one where the catalogue has changed; the old one stays if that fails."""
        if self._index is not None and now - self._looked_at < _CHECK_EVERY:
            return self._index
        with self._lock:
            self._looked_at = now
            try:
                self._index = self._source.current()
            except (CatalogueError, OSError):
                logger.exception("catalogue unreadable, %s", "keeping the index" if self._index else "no index")
        return self._index


def led_by_ours(index: ProcedureIndex, part: str) -> Ranked:
    """Rank part of a message: of twins side by side, the one that people ask for most carries the weight of both."""
    ranked = index.rank(index.read(part), _TWINS)
    hits = ranked.hits
    if len(hits) < _TWINS or index.is_curated(hits[0].code) or not index.is_curated(hits[1].code):
        return ranked
    if hits[1].score < hits[0].score * _NEAR_TWIN:
        return ranked
    return replace(ranked, hits=(replace(hits[1], score=hits[0].score + hits[1].score), hits[0]))


def _code_in(text: str) -> str:
    typed = CODE.search(text)
    return typed.group(1) if typed else ""


def _link(ranked: Ranked, code: str, kept: list[str], known: int, tokens: list[str]) -> Link:
    certainty, hits = decide(ranked), list(ranked.hits)
    link = Link(
        hits=tuple(hits[:_HITS]),
        certainty=certainty,
        code=code,
        words=len(kept),
        known=known,
        others=tuple(hits[_HITS:]),
        sure=ranked.sure,
        inside=ranked.inside,
    )
    if certainty is not Certainty.WEAK:
        return link
    said = {*kept, *subject_words(added_words(tokens, load_lexicon()))}
    near = tuple(hit for hit in hits[:_HITS] if _shares_subject(hit, said))
    return replace(link, hits=near, certainty=Certainty.WEAK if near else Certainty.NONE)


def _shares_subject(hit: Hit, said: set[str]) -> bool:
    """A procedure is worth naming as near only if its title holds two of the words asked, or the only one.

    said: also the official words for what is asked ("nhập khẩu" is "thường trú").
    """
    return len(set(words(hit.title)) & said) >= min(2, len(said))
