"""Which papers a message says an office asked for, or asks whether they are needed: spaCy phrases and a small grammar.

A paper alone is no question ("làm giấy khai sinh"): it counts beside words of demanding ("phường đòi …", "bắt nộp …"),
of needing ("có cần … không", "… có bắt buộc không") or of carrying on ("còn … thì sao").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from bot.nlu.folded_matcher import FoldedMatcher, Match
from bot.nlu.paper_words import (
    ASKS_ELSE,
    CARRIES_ON,
    CUE,
    FREE,
    HEADS_MARKED,
    NEED,
    NOT_A_QUESTION,
    OFFICE,
    TAIL,
    WANTED,
    WHOLE,
)
from knowledge.paper_check.clauses import application_head
from knowledge.paper_check.lexicon import load_papers, plain
from knowledge.paper_check.marked import keys_of
from knowledge.paper_check.naming import FORM_NUMBER
from knowledge.text import fold, has_diacritics, typed_words

ENTITY = "paper"
_BEFORE = re.compile(r"(?:ban sao(?: y)?|ban chinh|ban goc|ban chup)(?: co)?(?: cong chung| chung thuc)? $")
_AFTER = re.compile(r"(?: (?:co )?(?:cong chung|chung thuc|sao y|ban sao|ban chinh|ban goc|photo|goc|cu)(?!\w))+")
"""Words of a paper's shape beside its name; they belong to what is asked for."""
_MOST_PAPERS = 3
_MARK = "\x00"
"""Stands for a paper while the grammar is read; no message holds it, the clean-up takes it out."""


class Strength(str, Enum):
    """How surely a message asks about a paper."""

    ASKED = "asked"
    CARRIES_ON = "carries_on"
    """"Còn giấy chứng sinh thì sao": only after a paper was the matter."""


@dataclass(frozen=True)
class Span:
    """A paper's name in the message, from character `start` to `end`."""

    said: str
    start: int
    end: int


@dataclass(frozen=True)
class PaperAsk:
    """papers: those asked about. rest: the message without them and the words of asking, to find the procedure by."""

    papers: tuple[Span, ...]
    strength: Strength
    rest: str


@lru_cache(maxsize=1)
def _matcher() -> FoldedMatcher:
    """The everyday names of papers, and phrases that hold one and are about something else; built once."""
    phrases: dict[str, list[str]] = {}
    for paper in load_papers().papers:
        phrases[paper.id] = list(paper.say)
        phrases[_MARK + paper.id] = list(paper.not_said)
    return FoldedMatcher(phrases)


@lru_cache(maxsize=64)
def read_ask(text: str) -> PaperAsk | None:
    """Return what `text` asks about papers, or None where it asks about none."""
    typed = unicodedata.normalize("NFC", text).replace(_MARK, " ")
    folded = fold(typed)
    if len(folded) != len(typed):
        typed = folded
    spans = _spans(typed, folded)
    marked = _masked(folded, spans)
    if not spans or NOT_A_QUESTION.search(folded) or ASKS_ELSE.search(marked):
        return None
    asked = _asked(typed, marked, spans)
    if asked:
        return PaperAsk(tuple(asked[:_MOST_PAPERS]), Strength.ASKED, _rest(typed, marked, asked))
    if CARRIES_ON.match(" ".join(marked.split())):
        return PaperAsk(tuple(spans[:_MOST_PAPERS]), Strength.CARRIES_ON, "")
    return None


def paper_entities(text: str) -> list[dict[str, Any]]:
    """Return the papers asked about as Rasa entities: entity, value, start, end."""
    ask = read_ask(text)
    return [
        {
            "entity": ENTITY,
            "value": span.said,
            "start": span.start,
            "end": span.end,
            "extractor": "PatternEntityExtractor",
        }
        for span in (ask.papers if ask else ())
    ]


def _spans(typed: str, folded: str) -> list[Span]:
    """Names of the lexicon first, then forms by number, then papers in free words where none of these stands."""
    free = [match.span() for match in FREE.finditer(folded) if _is_free_name(typed, match)]
    applications = [span for span in free if application_head(folded[slice(*span)])]
    matches = _matcher().find(typed)
    names = [(match.start, match.end) for match in matches if _is_named(match)]
    others = [(match.start, match.end) for match in matches if match.label.startswith(_MARK)]
    numbers = [match.span() for match in FORM_NUMBER.finditer(folded)]
    taken: list[tuple[int, int]] = []
    for start, end in (*applications, *others, *names, *free, *numbers):
        if not any(start < right and left < end for left, right in taken):
            taken.append((start, end))
    found = sorted(set(taken) - set(others))
    return [Span(typed[start:end], start, end) for start, end in (_with_shape(folded, *span) for span in found)]


def _is_named(match: Match) -> bool:
    """Say whether a name of the lexicon is meant: the marks that are typed are its own ("sơ đồ" is no "sổ đỏ")."""
    if match.label.startswith(_MARK):
        return False
    typed = keys_of(match.text)
    say = next(paper.say for paper in load_papers().papers if paper.id == match.label)
    return any(_agree(match.text, typed, name) for name in say if plain(name) == plain(match.text))


def _agree(text: str, typed: tuple[str, ...], name: str) -> bool:
    bare = [not has_diacritics(word) for word in typed_words(text)]
    return all(plain_word or key == own for plain_word, key, own in zip(bare, typed, keys_of(name), strict=False))


def _is_free_name(typed: str, match: re.Match[str]) -> bool:
    """Say whether free words name a paper: not a generic word, and a short head with its own marks, if with any."""
    first = typed[match.start() : match.end()].lower().split()[0]
    short = fold(first) in {fold(head) for head in HEADS_MARKED} and not match.group().startswith("so do")
    ambiguous = short and has_diacritics(first)
    return not WHOLE.match(match.group()) and (not ambiguous or first in HEADS_MARKED)


def _with_shape(folded: str, start: int, end: int) -> tuple[int, int]:
    """Take "bản sao" before a name and "công chứng", "cũ" after it into it."""
    before, after = _BEFORE.search(folded[:start]), _AFTER.match(folded, end)
    return before.start() if before else start, after.end() if after else end


def _masked(folded: str, spans: list[Span]) -> str:
    """The folded message with every paper as marks of the same length, so that places stay."""
    for span in spans:
        folded = f"{folded[: span.start]}{_MARK * (span.end - span.start)}{folded[span.end :]}"
    return folded


def _asked(typed: str, marked: str, spans: list[Span]) -> list[Span]:
    """The papers that stand right after words of demanding or needing, or before "có cần không", and their list."""
    reached = {place for match in _cues(typed, marked) for place in range(*match.span("papers"))}
    return [span for span in spans if span.start in reached]


def _cues(typed: str, marked: str) -> list[re.Match[str]]:
    found = [match for pattern in (CUE, NEED, TAIL, WANTED) for match in pattern.finditer(marked)]
    return [match for match in found if not _is_exchange(typed, marked, match)]


def _is_exchange(typed: str, marked: str, match: re.Match[str]) -> bool:
    """Say whether a cue's "doi" is "đổi" (exchange), not "đòi" (demand)."""
    if not match.group().startswith("doi "):
        return False
    word = typed[match.start() : match.start() + len("doi")].lower()
    return word == "đổi" or (word == "doi" and not OFFICE.search(marked[: match.start()]))


def named_in(text: str) -> tuple[str, ...]:
    """Return the papers that `text` names, whatever it says of them: for an answer to "which paper?"."""
    typed = unicodedata.normalize("NFC", text).replace(_MARK, " ")
    folded = fold(typed)
    return tuple(span.said for span in _spans(typed if len(folded) == len(typed) else folded, folded)[:_MOST_PAPERS])


def _rest(typed: str, marked: str, asked: list[Span]) -> str:
    """The typed message without the words that the grammar took."""
    gone = {place for match in _cues(typed, marked) for place in range(*match.span())}
    gone |= {place for span in asked for place in range(span.start, span.end)}
    for span in asked:  # "giấy đề nghị đăng ký hộ kinh doanh" names the procedure too
        if application_head(fold(span.said)):
            gone -= set(range(span.start, span.end))
    return " ".join("".join(" " if place in gone else letter for place, letter in enumerate(typed)).split())
