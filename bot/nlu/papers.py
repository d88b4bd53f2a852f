"""Which papers a message says an office asked for, or asks whether they are needed.

A paper alone is no question ("làm giấy khai sinh"): it counts beside words of demanding ("phường đòi …", "bắt nộp …"),
of needing ("có cần … không", "… có bắt buộc không"), of a dossier sent back, or of carrying on ("còn … thì sao").
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from bot.nlu.paper_grammar import CARRIES_ON, asked_in, row_of
from bot.nlu.paper_names import Span, spans_of
from bot.nlu.paper_words import PAPER_MARK, Kind, Token, tokens_of
from knowledge.paper_check.clauses import application_head
from knowledge.text import fold

ENTITY = "paper"
_MOST_PAPERS = 3
_SAYING = frozenset("DTIHNJFLlQVWYRMhp")
"""Kinds of words that say nothing of the procedure."""


class Strength(str, Enum):
    """How surely a message asks about a paper."""

    ASKED = "asked"
    CARRIES_ON = "carries_on"
    """"Còn giấy chứng sinh thì sao": only after a paper was the matter."""


@dataclass(frozen=True)
class PaperAsk:
    """papers: those asked about. rest: the message without them and the words of asking, to find the procedure by."""

    papers: tuple[Span, ...]
    strength: Strength
    rest: str


@lru_cache(maxsize=64)
def read_ask(text: str) -> PaperAsk | None:
    """Return what `text` asks about papers, or None where it asks about none."""
    typed, folded = _prepared(text)
    spans = spans_of(typed, folded)
    if not spans:
        return None
    marked = _masked(folded, spans)
    if Kind.OTHER.value in row_of(tokens_of(typed, folded)):
        return None
    tokens = tokens_of(typed, marked)
    asked, told = _asked(tokens, spans)
    if asked:
        return PaperAsk(tuple(asked[:_MOST_PAPERS]), Strength.ASKED, _rest(typed, told, asked))
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


def named_in(text: str) -> tuple[str, ...]:
    """Return the papers that `text` names, whatever it says of them: for an answer to "which paper?"."""
    return tuple(span.said for span in spans_of(*_prepared(text))[:_MOST_PAPERS])


def _prepared(text: str) -> tuple[str, str]:
    """The message in NFC, and the same folded, of the same length."""
    typed = unicodedata.normalize("NFC", text).replace(PAPER_MARK, " ")
    folded = fold(typed)
    return (typed if len(folded) == len(typed) else folded), folded


def _masked(folded: str, spans: list[Span]) -> str:
    """The folded message with every paper as marks of the same length, so that places stay."""
    for span in spans:
        folded = f"{folded[: span.start]}{PAPER_MARK * (span.end - span.start)}{folded[span.end :]}"
    return folded


def _asked(tokens: list[Token], spans: list[Span]) -> tuple[list[Span], list[Token]]:
    """The papers asked about, in reading order, and the words of asking."""
    reached: set[int] = set()
    told: set[int] = set()
    for match, papers in asked_in(row_of(tokens)):
        told.update(range(*match.span()))
        reached.update(tokens[at].start for at in range(*papers))
    saying = [token for at, token in enumerate(tokens) if at in told and token.letter in _SAYING]
    return [span for span in spans if span.start in reached], saying


def _rest(typed: str, told: list[Token], asked: list[Span]) -> str:
    """The typed message without the words that the grammar took."""
    gone = {place for token in told for place in range(token.start, token.end)}
    gone |= {place for span in asked for place in range(span.start, span.end)}
    for span in asked:  # "giấy đề nghị đăng ký hộ kinh doanh" names the procedure too
        if application_head(fold(span.said)):
            gone -= set(range(span.start, span.end))
    return " ".join("".join(" " if place in gone else letter for place, letter in enumerate(typed)).split())
