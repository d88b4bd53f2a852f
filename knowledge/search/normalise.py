"""A query as people type it → folded words to search with. Deeper understanding builds on this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import bigrams, fold, words

LEXICON_DIR = CONTENT_DIR / "lexicon"


@dataclass(frozen=True)
class Lexicon:
    """What knowledge/content/lexicon says, folded.

    abbreviations: one word → words. phrases: phrase → official words added beside it, longest first.
    small: words that carry the conversation; asking: these and the words of asking.
    """

    abbreviations: dict[str, str]
    phrases: tuple[tuple[str, str], ...]
    small: frozenset[str]
    asking: frozenset[str]


@lru_cache(maxsize=1)
def load_lexicon(folder: Path = LEXICON_DIR) -> Lexicon:
    """Read the lexicon files once."""
    short = {fold(str(key)): fold(str(value)) for key, value in read_yaml(folder / "abbreviations.yml").items()}
    phrases = ((fold(str(key)), fold(str(value))) for key, value in read_yaml(folder / "phrases.yml").items())
    words_of = read_yaml(folder / "small_words.yml")
    small = frozenset(map(str, words_of["small"]))
    longest_first = tuple(sorted(phrases, key=lambda item: -len(item[0])))
    return Lexicon(short, longest_first, small, small | frozenset(map(str, words_of["asking"])))


def expand_abbreviations(text: str, lexicon: Lexicon) -> list[str]:
    """Return the folded words of `text`, abbreviations written out. Codes and numbers stay as typed."""
    expanded: list[str] = []
    for word in words(text):
        expanded += lexicon.abbreviations.get(word, word).split()
    return expanded


def added_words(tokens: list[str], lexicon: Lexicon) -> list[str]:
    """Return the official words that the everyday phrases in `tokens` stand for."""
    joined, added = f" {' '.join(tokens)} ", []
    for phrase, official in lexicon.phrases:
        if f" {phrase} " in joined:
            joined = joined.replace(f" {phrase} ", " | ")
            added += official.split()
    return added


def content_words(tokens: list[str]) -> list[str]:
    """Return `tokens` without small words, or all of them when nothing else is left."""
    kept = [token for token in tokens if token not in load_lexicon().small]
    return kept or tokens


def subject_words(tokens: list[str]) -> list[str]:
    """Return the words that can name a matter; none in a question that leans on the one before."""
    return [token for token in tokens if token not in load_lexicon().asking]


def terms(tokens: list[str]) -> list[str]:
    """Return words and neighbouring pairs: what the word index counts."""
    return [*tokens, *bigrams(tokens)]
