"""Names of procedures that the catalogue in use does not hold: asked for one of them, nothing else is the answer.

We know by their everyday names (content/samples, content/lexicon/life.yml) far more procedures than a small catalogue
has records of. "Xóa thế chấp sổ đỏ" then looks like the change of a certificate, which it is not; the nearest ones may
be named, never told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from knowledge.search.life import Kind, LifeEntry
from knowledge.search.normalise import Lexicon, expand_abbreviations
from knowledge.search.normaliser import Question
from knowledge.search.samples import Samples
from knowledge.search_rows import SearchRow
from knowledge.text import fold, typed_words

_LEAST_WORDS = 3
"""A shorter name ("làm lương hưu" without its verb) stands in too many questions about something else."""
_BETWEEN = 3
"""Words that may stand between those of a name: "xóa nợ thế chấp sổ đỏ"."""

_NAMES = (Kind.EVERYDAY_NAME, Kind.LIFE_EVENT)
_END = " | "

Name = tuple[str, ...]


class AbsentNames:
    """Says whether a question names a procedure that none of `rows` is, and no longer name of one of them."""

    def __init__(
        self,
        rows: Sequence[SearchRow],
        samples: Mapping[str, Samples],
        lexicon: Lexicon,
        life: Iterable[LifeEntry] = (),
    ) -> None:
        here = {row.code for row in rows}
        absent = [name for code, said in samples.items() if code not in here for name in said.aliases]
        names = [name for row in rows for name in (row.title, *row.aliases)]
        for entry in life:
            if entry.shown_by and entry.kind in _NAMES:
                (absent if here.isdisjoint(entry.codes) else names).extend(entry.say)
        names = names if absent else []
        self._ours = [frozenset(expand_abbreviations(name, lexicon)) for name in names]
        ours = _END.join(" ".join(expand_abbreviations(name, lexicon)) for name in names)
        self._by_first: dict[str, list[tuple[Name, Name]]] = {}
        for name in absent:
            typed = tuple(typed_words(name))
            words = tuple(fold(" ".join(typed)).split())
            if len(words) >= _LEAST_WORDS and f" {' '.join(words)} " not in f" {ours} ":
                self._by_first.setdefault(words[0], []).append((words, typed))

    def named_in(self, question: Question) -> bool:
        """Say whether `question` asks for one of them."""
        said = frozenset(question.tokens)
        longest = max((len(name) for name in self._names_in(question, said)), default=0)
        return longest > 0 and not any(len(name) >= longest and name <= said for name in self._ours)

    def _names_in(self, question: Question, said: frozenset[str]) -> Iterator[Name]:
        tokens, marked = question.tokens, question.marked.lower().split()
        aligned = len(marked) == len(tokens)
        for start, token in enumerate(tokens):
            for name, typed in self._by_first.get(token, ()):
                places = _places(name, tokens, start) if name[-1] in said and name[1] in said else []
                if places and _alike(name, typed, [marked[place] for place in places] if aligned else []):
                    yield name


def _places(name: Name, tokens: Sequence[str], start: int) -> list[int]:
    """Return where the words of `name` stand, in its order and close together; empty where they do not."""
    places: list[int] = []
    for place in range(start, min(len(tokens), start + len(name) + _BETWEEN)):
        if tokens[place] == name[len(places)]:
            places.append(place)
            if len(places) == len(name):
                return places
    return []


def _alike(name: Name, typed: Name, said: Sequence[str]) -> bool:
    """Say whether no word of the question has other marks than the name's: "thuế" is no "thuê", "thue" may be."""
    if len(typed) != len(name) or not said:
        return True
    return all(word in (marked, folded) for word, marked, folded in zip(said, typed, name, strict=True))
