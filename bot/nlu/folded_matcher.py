"""spaCy phrase matching on folded text: the same with and without diacritics, exact places in the typed text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import spacy
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from knowledge.text import fold


@dataclass(frozen=True)
class Match:
    """`label` found from character `start` to `end` of the text that was matched."""

    label: str
    start: int
    end: int
    text: str


_BEGIN = 5
"""Letters of a phrase that are looked for first."""


class FoldedMatcher:
    """Finds phrases, longest first, without overlaps. Built from label → phrases (folded or not)."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._nlp = spacy.blank("xx")
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="ORTH")
        together: set[str] = set()
        for label, texts in phrases.items():
            docs = [self._nlp.make_doc(fold(text)) for text in dict.fromkeys(texts) if text.strip()]
            if docs:
                self._matcher.add(label, docs)
                together.update("".join(token.text for token in doc) for doc in docs)
        self._by_begin: dict[str, list[str]] = {}
        for phrase in sorted(together):
            self._by_begin.setdefault(phrase[:_BEGIN], []).append(phrase)
        self._short = [phrase for phrase in self._by_begin if len(phrase) < _BEGIN]

    def find(self, text: str) -> list[Match]:
        """Return the matches in `text`, in reading order. Folding keeps places because the text is NFC first."""
        typed = unicodedata.normalize("NFC", text)
        folded = fold(typed)
        if len(folded) != len(typed):  # a lone combining mark: match, but on the folded text's places
            typed = folded
        if not self._may_hold_any(folded):
            return []
        doc = self._nlp.make_doc(folded)
        spans = filter_spans(self._matcher(doc, as_spans=True))
        return [
            Match(span.label_, span.start_char, span.end_char, typed[span.start_char : span.end_char]) for span in spans
        ]

    def _may_hold_any(self, folded: str) -> bool:
        """Whether the letters of some phrase stand in `folded`, blanks left out: most texts hold none, and for one of
        them spaCy's reading is ten times the price of this look.
        """
        said = "".join(folded.split())
        begins = self._by_begin.keys() & {said[at : at + _BEGIN] for at in range(len(said))}
        return any(short in said for short in self._short) or any(
            phrase in said for begin in begins for phrase in self._by_begin[begin]
        )
