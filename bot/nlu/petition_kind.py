"""What kind of petition words are, and whether they tell of danger to people. Pure: no Rasa, no conversation.

Learned at first use from petition_kinds.yml (a fifth of a second), so there is no model to keep in step with the words.
Figures: docs/evaluation.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from bot.petitions.models import PetitionKind
from knowledge.plain_yaml import plain_yaml
from knowledge.search.normalise import expand_abbreviations, load_lexicon, terms
from knowledge.text import fold, has_diacritics, marked_words, words

EXAMPLES_FILE = Path(__file__).with_name("petition_kinds.yml")
CONCEPTS_FILE = Path(__file__).with_name("petition_concepts.yml")
MOST_READ = 1200
"""Characters of a petition that are read for its kind; the rest tells details."""
DOUBTFUL, NARROW = 0.55, 0.22
"""A best guess below the first, less than the second ahead of the next, is real doubt: then the citizen is asked."""
_LONGEST = 5
_COPIES_OF_CONCEPTS = 3
"""How much more a concept says than a word: each counts as often."""


@dataclass(frozen=True)
class KindGuess:
    """kind: the likeliest. sure: its probability. second: the next likely, for the question between the two."""

    kind: PetitionKind
    sure: float
    second: PetitionKind
    ahead: float

    @property
    def doubtful(self) -> bool:
        return self.sure < DOUBTFUL and self.ahead < NARROW


def guess_kind(text: str) -> KindGuess:
    """Return what kind of petition `text` is."""
    model = _model()
    odds = model.predict_proba(_vectorizer().transform([text]))[0]
    order = np.argsort(-odds)
    kinds = [PetitionKind(str(model.classes_[place])) for place in order[:2]]
    first, second = float(odds[order[0]]), float(odds[order[1]])
    return KindGuess(kinds[0], first, kinds[1], first - second)


def is_urgent(text: str) -> bool:
    """Say whether `text` tells of people who are hurt or may be: such a petition goes first."""
    return _tells(text, "danger") and not _tells(text, "no_danger")


def _tells(text: str, name: str) -> bool:
    """With marks they must be the same ("té" is no "tê"); without, one word alone says too little."""
    if has_diacritics(text):
        told = f" {' '.join(marked_words(text))} "
        return any(f" {phrase} " in told for phrase in _phrases(name))
    told = f" {' '.join(words(text))} "
    return any(f" {fold(phrase)} " in told for phrase in _phrases(name) if " " in phrase)


def _features(text: str) -> list[str]:
    text = text[:MOST_READ]
    tokens = expand_abbreviations(text, load_lexicon())
    marked = [f"^{word}" for word in marked_words(text) if has_diacritics(word)]
    grams = [token[i : i + 4] for token in (f"<{word}>" for word in tokens) for i in range(len(token) - 3)]
    begun = [f"begin:{token}" for token in tokens[:2]]
    return [*terms(tokens), *marked, *grams, *begun, *_named_concepts(tokens) * _COPIES_OF_CONCEPTS]


def _named_concepts(tokens: Sequence[str]) -> list[str]:
    told = f" {' '.join(tokens)} "
    return [
        f"concept:{name}"
        for name in _concepts()
        if name.startswith("of_") and any(f" {fold(phrase)} " in told for phrase in _phrases(name))
    ]


@lru_cache(maxsize=1)
def _concepts() -> dict[str, str]:
    data: dict[str, str] = plain_yaml(CONCEPTS_FILE.read_text("utf-8"))
    return data


@lru_cache(maxsize=32)
def _phrases(name: str) -> tuple[str, ...]:
    """Phrases of petition_concepts.yml, with their marks."""
    return tuple(dict.fromkeys(" ".join(phrase.split()) for phrase in _concepts()[name].split(",")))


@lru_cache(maxsize=1)
def _vectorizer() -> Any:
    return HashingVectorizer(analyzer=_features, n_features=2**15, alternate_sign=False)


@lru_cache(maxsize=1)
def _model() -> LogisticRegression:
    examples = list(learned_from())
    texts = [variant for text, _ in examples for variant in (text, fold(text))]
    kinds = [kind for _, kind in examples for _ in range(2)]
    model = LogisticRegression(C=20.0, max_iter=200, class_weight="balanced")
    return model.fit(_vectorizer().transform(texts), kinds)


def learned_from() -> Iterable[tuple[str, str]]:
    """Yield (message, kind) of petition_kinds.yml."""
    for kind, listed in plain_yaml(EXAMPLES_FILE.read_text("utf-8")).items():
        for line in re.split(r"\n+", listed.strip()):
            yield line.strip(), PetitionKind(kind).value
