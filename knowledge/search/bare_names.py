"""Messages that are nothing but a name: of one curated procedure, or one that leaves open which procedure is meant
("sang tên": of a house or of a car?). The latter are the entries of kind `bare_name` in lexicon/life.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from knowledge.curated import read_yaml
from knowledge.search.actions import acts_named
from knowledge.search.asked import beside_phrases
from knowledge.search.life import Kind, LifeEntry
from knowledge.search.normalise import LEXICON_DIR
from knowledge.search.normaliser import Question
from knowledge.search.phrases import PhraseFinder
from knowledge.search_rows import SearchRow
from knowledge.text import fold, typed_words

_PLACE = "|"
_ENTERING = frozenset({"register", "issue"})


@lru_cache(maxsize=1)
def _fillers() -> frozenset[str]:
    """Words with their diacritics that say nothing beside a name: "một mình làm chủ" is not made of small words."""
    return frozenset(map(str, read_yaml(LEXICON_DIR / "small_words.yml")["fillers"]))


def open_names(entries: Iterable[LifeEntry]) -> dict[str, tuple[str, ...]]:
    """Return the names that alone leave a choice, and the procedures to ask about."""
    bare = [entry for entry in entries if entry.kind is Kind.BARE_NAME]
    return {phrase: entry.codes for entry in bare for phrase in entry.say}


def own_names(rows: Iterable[SearchRow]) -> dict[str, tuple[str, ...]]:
    """Return the titles and everyday names that one curated procedure alone bears, and whose they are."""
    bearers: dict[str, set[str]] = {}
    for row in rows:
        for name in (row.title, *row.aliases) if row.curated else ():
            bearers.setdefault(" ".join(typed_words(name)), set()).add(row.code)
    return {name: tuple(codes) for name, codes in bearers.items() if len(codes) == 1 and " " in name}


class BareNames:
    """Finds the procedures of a name, where the question says nothing else."""

    def __init__(self, codes: Mapping[str, tuple[str, ...]]) -> None:
        self._codes = codes
        self._finder = PhraseFinder({name: (name,) for name in codes})

    def codes_for(self, question: Question) -> tuple[str, ...]:
        """Return the name's procedures, in the entry's order; none where the question is no bare name."""
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
