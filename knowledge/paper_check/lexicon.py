"""The names of papers in knowledge/content/lexicon/papers.yml, read and checked once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.search.normalise import LEXICON_DIR
from knowledge.text import words

PAPERS_FILE = LEXICON_DIR / "papers.yml"
_KEYS = {"id", "name", "say", "named", "not", "kinds", "replaced", "optional_in", "apart"}


@dataclass(frozen=True)
class PaperName:
    """One paper. say: everyday names, as written; named: how records name it; kinds: see `kinds` of the file.

    not_said: phrases that hold a name of it and are about something else ("đổi bằng lái").
    """

    id: str
    name: str
    say: tuple[str, ...]
    named: tuple[str, ...]
    not_said: tuple[str, ...]
    kinds: tuple[str, ...]
    replaced: bool
    optional_in: tuple[str, ...]
    apart: bool


@dataclass(frozen=True)
class PaperLexicon:
    """kinds: name → phrases of records. by_name: folded everyday name → paper. short: folded short word → words."""

    kinds: dict[str, tuple[str, ...]]
    papers: tuple[PaperName, ...]
    by_name: dict[str, PaperName]
    short: dict[str, str]


@lru_cache(maxsize=1)
def load_papers(path: Path = PAPERS_FILE) -> PaperLexicon:
    """Read the file; raise `RecordInvalidError` naming the entry where it does not agree with itself."""
    data = read_yaml(path)
    kinds = {name: _longest_first(phrases) for name, phrases in data["kinds"].items()}
    papers = tuple(_paper(item, path) for item in data["papers"])
    short = {plain(str(word)): plain(str(words_of)) for word, words_of in data.get("short", {}).items()}
    faults = list(_faults(papers, kinds))
    if faults:
        raise RecordInvalidError(str(path), "; ".join(faults))
    return PaperLexicon(kinds, papers, {plain(name): paper for paper in papers for name in paper.say}, short)


def plain(text: str) -> str:
    """Return the folded words of `text` joined by single blanks."""
    return " ".join(words(text))


def _paper(item: dict[str, Any], path: Path) -> PaperName:
    unknown = set(item) - _KEYS
    if unknown or not {"id", "name", "say"} <= set(item):
        raise RecordInvalidError(str(path), f"paper {item.get('id', item)}: needs id, name, say; knows {sorted(_KEYS)}")
    say = tuple(map(str, item["say"]))
    return PaperName(
        id=str(item["id"]),
        name=str(item["name"]),
        say=say,
        named=_longest_first([*item.get("named", ()), item["name"], *say]),
        not_said=tuple(map(str, item.get("not", ()))),
        kinds=tuple(item.get("kinds", ())),
        replaced=bool(item.get("replaced", False)),
        optional_in=tuple(map(str, item.get("optional_in", ()))),
        apart=bool(item.get("apart", False)),
    )


def _longest_first(phrases: Iterable[str]) -> tuple[str, ...]:
    """Marks stay: folded, "sổ đỏ" is "số đó". Longest first, so that the most telling name is found first."""
    return tuple(sorted({str(phrase).lower() for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase)))


def _faults(papers: tuple[PaperName, ...], kinds: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """A name of two papers, an id that stands twice, a kind that there is not, a `not` that holds no name."""
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for paper in papers:
        if paper.id in seen:
            yield f"{paper.id} stands twice"
        seen.add(paper.id)
        yield from (f"{paper.id}: there is no kind {kind}" for kind in paper.kinds if kind not in kinds)
        names = {plain(name) for name in paper.say}
        for name in names:
            if owners.setdefault(name, paper.id) != paper.id:
                yield f"{name!r} names {owners[name]} and {paper.id}"
        for phrase in map(plain, paper.not_said):
            if phrase not in names and not any(f" {name} " in f" {phrase} " for name in names):
                yield f"{paper.id}: not {phrase!r} holds none of its names"
