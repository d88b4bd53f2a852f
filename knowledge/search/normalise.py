"""A query as people type it → folded words to search with. Deeper understanding builds on this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import bigrams, fold, words

LEXICON_DIR = CONTENT_DIR / "lexicon"

# Words that carry the conversation, not the matter; dropped only where other words remain.
_SMALL_WORDS = frozenset(
    "a ad anh bac ban cac cai cam cha chu chua chut co cua cung cu da dang day de di do dum duoc duong em gi gio giup "
    "gium ha hay hoi hoac hen la len luon ma may mi minh moi mot muon nay nha nhe nhi nhung nua o oi phai phien qua ra "
    "roi se sap ta tai the thi toi tren tu tui u vay ve vi voi xin y".split()
)
# Beside these, words of asking: a message of nothing else has no subject of its own ("lệ phí bao nhiêu vậy em").
_ASKING_WORDS = _SMALL_WORDS | frozenset(
    "bao nhieu lau nao dau sao khi nua can chi cho con nop lam thu tuc giay to ho so hoi biet them nhu khong it nhat "
    "ne nhanh dien tu luc ngay thang tien ton mat het tra dong duoc vo vao roi xong bieu ke noi ro truc tiep tuyen "
    "online mang buu dien nguoi ai ho thay cai kia do ay no viec nay".split()
)


@dataclass(frozen=True)
class Lexicon:
    """Abbreviations (one folded word → words) and phrases (folded phrase → official words added beside it)."""

    abbreviations: dict[str, str]
    phrases: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def load_lexicon(folder: Path = LEXICON_DIR) -> Lexicon:
    """Read the two lexicon files once."""
    short = {fold(str(key)): fold(str(value)) for key, value in read_yaml(folder / "abbreviations.yml").items()}
    phrases = ((fold(str(key)), fold(str(value))) for key, value in read_yaml(folder / "phrases.yml").items())
    return Lexicon(short, tuple(sorted(phrases, key=lambda item: -len(item[0]))))


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
    kept = [token for token in tokens if token not in _SMALL_WORDS]
    return kept or tokens


def subject_words(tokens: list[str]) -> list[str]:
    """Return the words that can name a matter; none in a question that leans on the one before."""
    return [token for token in tokens if token not in _ASKING_WORDS]


def terms(tokens: list[str]) -> list[str]:
    """Return words and neighbouring pairs: what the word index counts."""
    return [*tokens, *bigrams(tokens)]
