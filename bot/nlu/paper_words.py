"""The words of asking about papers (`paper_asks.yml` of the lexicon), and a message as a row of their kinds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.paper_check.marked import keys_of
from knowledge.search.normalise import LEXICON_DIR
from knowledge.text import fold, has_diacritics

ASKS_FILE = LEXICON_DIR / "paper_asks.yml"
PAPER_MARK = "\x00"
"""Stands for a paper while the grammar is read; no message holds it, the clean-up takes it out."""
_TOKEN = re.compile(rf"{PAPER_MARK}+|\w+|[^\w\s]")
_SKIPPED = frozenset(":-–\"“”'()[]*")
_LONGEST = 5
_AND_YET = (" ma ", " van ", " bi ")
"""Words after which an unmarked "doi" is "đòi"."""


class Kind(str, Enum):
    """The kinds of words, each a letter of the row that `bot.nlu.paper_grammar` reads."""

    DEMAND = "D"
    TELL = "T"
    INFORM = "I"
    TOLD = "t"
    HEARD = "y"
    ASK = "H"
    GIVE = "G"
    MAKE = "k"
    CHANGE = "c"
    NEED = "N"
    NEED_ASKED = "J"
    FREE = "F"
    LACK = "L"
    HAVE_NOT = "l"
    QUESTION = "Q"
    VERIFY = "V"
    REQUIRED = "v"
    WHY = "W"
    MAY = "Y"
    REFUSED = "R"
    ONLY_THEN = "M"
    OFFICE = "O"
    PRIVATE = "X"
    SELF = "S"
    PASSIVE = "U"
    LIST = "K"
    SHAPE = "h"
    POLITE = "p"
    STOP = "B"
    ELSE = "E"
    WHAT = "e"
    OTHER = "Z"
    ELSEWHERE = "x"
    MONEY = "m"
    NOTHING = "w"
    PAPER = "P"


@dataclass(frozen=True)
class Token:
    """One word or phrase of a message. letter: its kind, or a mark of punctuation ("." or ","). start, end: in it."""

    letter: str
    start: int
    end: int


@dataclass(frozen=True)
class _Phrase:
    """A phrase of the file. keys: its words with their marks. doubtful, marked: see `*` and `!` in the file."""

    kind: Kind
    keys: tuple[str, ...]
    doubtful: bool
    marked: bool


@dataclass(frozen=True)
class _Private:
    """Who is no office, unless one of these matters is talked of; folded."""

    who: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class AskWords:
    """phrases: folded phrase → its readings. names: the lists that papers in free words are found by."""

    phrases: dict[str, tuple[_Phrase, ...]]
    private: tuple[_Private, ...]
    names: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def load_words(path: Path = ASKS_FILE) -> AskWords:
    """Read the file; raise `RecordInvalidError` where it names an unknown kind or gives a phrase two of them."""
    data = read_yaml(path)
    phrases: dict[str, tuple[_Phrase, ...]] = {}
    for name, said in data["words"].items():
        if name.upper() not in Kind.__members__:
            raise RecordInvalidError(str(path), f"there is no kind {name}")
        for phrase in map(str, said):
            _add(phrases, phrase, Kind[name.upper()], path)
    private = tuple(_private(item) for item in data["private"])
    for who in (who for group in data["private"] for who in group["who"]):
        _add(phrases, str(who), Kind.PRIVATE, path)
    return AskWords(phrases, private, {name: tuple(map(str, said)) for name, said in data["names"].items()})


def _add(phrases: dict[str, tuple[_Phrase, ...]], said: str, kind: Kind, path: Path) -> None:
    bare = said.rstrip("*!")
    folded, keys = " ".join(fold(bare).split()), keys_of(bare)
    there = phrases.get(folded, ())
    if any(other.keys == keys and other.kind is not kind for other in there):
        raise RecordInvalidError(str(path), f"{bare!r} is of two kinds")
    phrases[folded] = (*there, _Phrase(kind, keys, said.endswith("*"), said.endswith("!")))


def _private(item: dict[str, Any]) -> _Private:
    return _Private(*(tuple(fold(str(words)) for words in item[key]) for key in ("who", "unless")))


def tokens_of(typed: str, marked: str) -> list[Token]:
    """Return the message as tokens. typed: in NFC; marked: folded, of the same length, every paper a run of marks."""
    pieces = [piece for piece in _TOKEN.finditer(marked) if piece.group() not in _SKIPPED]
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        token, taken = _phrase_at(typed, marked, pieces, at, found)
        found.append(token)
        at += taken
    return found


def _phrase_at(typed: str, marked: str, pieces: list[re.Match[str]], at: int, before: list[Token]) -> tuple[Token, int]:
    """Return the longest phrase that begins at piece `at`, and how many pieces it takes."""
    first = pieces[at]
    if not first.group()[0].isalnum():
        return Token(_mark(first.group()), *first.span()), 1
    known, start = load_words().phrases, first.start()
    said = [piece.group() for piece in pieces[at : at + _LONGEST]]
    for count in range(len(said), 0, -1):
        folded = " ".join(said[:count])
        if folded not in known:
            continue
        end = pieces[at + count - 1].end()
        sure = _after_office(before) or marked[:start].endswith(_AND_YET)
        letter = _letter(folded, typed[start:end], marked, sure)
        if letter:
            return Token(letter, start, end), count
    return Token(Kind.NOTHING.value, *first.span()), 1


def _mark(piece: str) -> str:
    if piece[0] == PAPER_MARK:
        return Kind.PAPER.value
    return Kind.LIST.value if piece in "+&/" else "." if piece in ".;?!…\n" else ","


def _letter(folded: str, typed: str, marked: str, sure: bool) -> str:
    """The kind of a phrase, empty where it is none: the one typed as it is written ("có sao") before one that lacks
    marks ("cớ sao"). sure: doubtful phrases count without marks too.
    """
    bare, keys = not has_diacritics(typed), keys_of(typed)
    for phrase in sorted(load_words().phrases.get(folded, ()), key=lambda one: one.keys != keys):
        if _agrees(phrase, typed) and not (bare and (phrase.marked or (phrase.doubtful and not sure))):
            return _whose(phrase.kind, folded, marked).value
    return ""


def _agrees(phrase: _Phrase, typed: str) -> bool:
    """Marks may be missing ("đoi", "yeu cau"), but none may be there that the phrase has not ("đổi" for "đòi")."""
    keys = keys_of(typed)
    if len(keys) != len(phrase.keys):
        return False
    return all(not Counter(key) - Counter(own) for key, own in zip(keys, phrase.keys, strict=True))


def _after_office(before: Iterable[Token]) -> bool:
    return any(token.letter in (Kind.OFFICE.value, Kind.PASSIVE.value, Kind.PRIVATE.value) for token in before)


def _whose(kind: Kind, folded: str, marked: str) -> Kind:
    """A school is an office where its own matters are talked of."""
    if kind is not Kind.PRIVATE:
        return kind
    group = next(group for group in load_words().private if folded in group.who)
    matters = "|".join(map(re.escape, group.unless))
    return Kind.OFFICE if matters and re.search(rf"(?<!\w)(?:{matters})(?!\w)", marked) else kind
