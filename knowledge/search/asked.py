"""Which facts a message asks for, and what is left of it when the question words are taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.curated import read_yaml
from knowledge.facts import Fact
from knowledge.search.normalise import LEXICON_DIR, content_words, expand_abbreviations, load_lexicon
from knowledge.search.phrases import Found, PhraseFinder

_LOOK_ALIKE = "none"
_IF_ALONE = "_if_alone"
_CARRIES_ON = re.compile(r"(va |vay |the |a )?(con|the con|vay con|the voi) ")


@dataclass(frozen=True)
class Asked:
    """`facts` in the order asked; `rest`: the folded message without question words.

    carries_on: the message goes on from the one before ("còn …") and names no fact of its own.
    """

    facts: tuple[Fact, ...]
    rest: str
    carries_on: bool = False


@lru_cache(maxsize=1)
def _finder() -> PhraseFinder:
    """The phrases of knowledge/content/lexicon/facts.yml, read once."""
    return PhraseFinder({label: map(str, texts) for label, texts in read_yaml(LEXICON_DIR / "facts.yml").items()})


def find_facts(text: str) -> Asked:
    """Return the facts asked for in `text`; abbreviations are written out first."""
    return facts_in(expand_abbreviations(text, load_lexicon()))


def facts_in(tokens: Sequence[str]) -> Asked:
    """Return the facts asked for in the folded words `tokens`."""
    return _facts_in(tuple(tokens))


@lru_cache(maxsize=8)
def _facts_in(tokens: tuple[str, ...]) -> Asked:
    """A message is asked for them half a dozen times while it is read."""
    asked = _phrases(tokens)
    rest = [tokens[place] for place in _beside(asked, len(tokens))]
    plain = any(not match.label.endswith(_IF_ALONE) for match in asked)
    carries_on = not plain and _CARRIES_ON.match(" ".join(tokens)) is not None
    return Asked(_facts([match.label for match in asked]), " ".join(rest), carries_on)


def _phrases(tokens: Sequence[str]) -> list[Found]:
    return [match for match in _finder().find(tokens) if match.label != _LOOK_ALIKE]


def _beside(asked: Sequence[Found], count: int) -> list[int]:
    taken = {place for match in asked for place in range(match.start, match.end)}
    return [place for place in range(count) if place not in taken]


def beside_phrases(tokens: Sequence[str]) -> list[int]:
    """Return the places of the words that belong to no phrase of asking."""
    return _beside(_phrases(tokens), len(tokens))


def phrase_labels(tokens: Sequence[str]) -> list[str]:
    """Return the labels of the lexicon's phrases of asking in `tokens`."""
    return [match.label for match in _finder().find(tokens)]


def subject_of(tokens: Sequence[str]) -> list[str]:
    """Return the folded words of a question that name its matter: without phrases of asking and small words."""
    rest = facts_in(tokens).rest.split()
    return content_words(rest) if rest else content_words(list(tokens))


def _facts(labels: list[str]) -> tuple[Fact, ...]:
    """Plain labels in the order asked; "…_if_alone" ("được không", "làm sao") only where nothing plainer is asked."""
    plain = [label for label in labels if not label.endswith(_IF_ALONE)]
    chosen = plain or [label.removesuffix(_IF_ALONE) for label in labels]
    facts = tuple(dict.fromkeys(Fact(label) for label in chosen))
    # "Thông tin" beside a plain question adds nothing to it.
    return tuple(fact for fact in facts if fact is not Fact.OVERVIEW) if len(facts) > 1 else facts
