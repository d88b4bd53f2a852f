"""Bare names: everyday words that alone leave open which procedure is meant ("sang tên": of a house or of a car?).

They are the entries of kind `bare_name` in lexicon/life.yml. One is met only where the question says nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from knowledge.curated import read_yaml
from knowledge.search.actions import acts_named
from knowledge.search.asked import beside_phrases
from knowledge.search.life import Kind, LifeEntry
from knowledge.search.normalise import LEXICON_DIR
from knowledge.search.normaliser import Question
from knowledge.search.phrases import PhraseFinder
from knowledge.text import fold

_PLACE = "|"
_ENTERING = frozenset({"register", "issue"})


@lru_cache(maxsize=1)
def _fillers() -> frozenset[str]:
    """Words with their diacritics that say nothing beside a name: "một mình làm chủ" is not made of small words."""
    return frozenset(map(str, read_yaml(LEXICON_DIR / "small_words.yml")["fillers"]))


class BareNames:
    """Finds the procedures among which a bare name leaves the choice."""

    def __init__(self, entries: Iterable[LifeEntry]) -> None:
        bare = [entry for entry in entries if entry.kind is Kind.BARE_NAME]
        self._codes = {phrase: entry.codes for entry in bare for phrase in entry.say}
        self._finder = PhraseFinder({phrase: (phrase,) for phrase in self._codes})

    def codes_for(self, question: Question) -> tuple[str, ...]:
        """Return the procedures to ask about, in the entry's order; none where the question is no bare name."""
        tokens, found = question.tokens, self._finder.find(question.tokens)
        if len(found) != 1:
            return ()
        name = found[0]
        words = question.marked.lower().split()
        if len(words) != len(tokens) or " ".join(words[name.start : name.end]) != name.label:
            return ()  # "thuê" is no "thuế"
        beside = beside_phrases([*tokens[: name.start], _PLACE, *tokens[name.end :]])
        said = [*words[: name.start], _PLACE, *words[name.end :]]
        rest = [said[place] for place in beside if said[place] != _PLACE]
        if not _fillers().issuperset(rest) or acts_named(fold(" ".join(rest))) - _ENTERING:
            return ()  # "mất sổ đỏ" says which of all that "sổ đỏ" may mean
        return self._codes[name.label]
