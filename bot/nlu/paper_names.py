"""Where a message names papers: the lexicon's names, official forms by number, and papers in free words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.folded_matcher import FoldedMatcher, Match
from bot.nlu.paper_words import load_words
from knowledge.paper_check.clauses import application_head
from knowledge.paper_check.lexicon import load_papers, plain
from knowledge.paper_check.marked import keys_of
from knowledge.paper_check.naming import FORM_NUMBER
from knowledge.text import fold, has_diacritics, typed_words

_BEFORE = re.compile(
    r"(?:(?:ban sao(?: y)?|ban chinh|ban goc|ban chup|photo|to|cuon|cai)(?: co)?(?: cong chung| chung thuc)? )+$"
)
_AFTER = re.compile(
    r"(?: (?:co )?(?:cong chung|chung thuc|sao y|ban sao|ban chinh|ban goc|photo|goc|cu|ban giay)(?!\w))+"
)
"""Words of a paper's shape beside its name; they belong to what is asked for."""
_NOT_SAID = "not:"
_SENT_FOR = re.compile(r"(?<!\w)(?:phai|bat|doi|keu|bieu|yeu cau|buoc|can di)(?: \w+){0,2} $")
_MOST_WORDS = 9
_ENDS = frozenset(("lam gi", "lam j", "lam chi", "nguoi ta"))
"""Words that end a name together, though each alone may belong to one."""
_ON_PAPER = "ban giay"
"""A shape, not a name: "bắt nộp bản giấy"."""


@dataclass(frozen=True)
class Span:
    """A paper's name in the message, from character `start` to `end`."""

    said: str
    start: int
    end: int


def spans_of(typed: str, folded: str) -> list[Span]:
    """Return the papers named, in reading order. typed and folded are of the same length.

    Names of the lexicon first, then forms by number, then papers in free words where none of these stands.
    """
    free = list(_free_names(typed, folded))
    applications = [span for span in free if application_head(folded[slice(*span)])]
    matches = _matcher().find(typed)
    names = [(match.start, match.end) for match in matches if _is_named(match)]
    others = [(match.start, match.end) for match in matches if match.label.startswith(_NOT_SAID)]
    demanded = [_inner(folded, *span) for span in others if _SENT_FOR.search(folded[: span[0]])]
    names += [span for span in demanded if span]
    others = [span for span in others if not any(span[0] <= start < span[1] for start, _ in names)]
    numbers = [match.span() for match in FORM_NUMBER.finditer(folded)]
    taken: list[tuple[int, int]] = []
    for start, end in (*applications, *others, *names, *free, *numbers):
        if not any(start < right and left < end for left, right in taken):
            taken.append((start, end))
    found = sorted(set(taken) - set(others))
    return [Span(typed[start:end], start, end) for start, end in (_with_shape(folded, *span) for span in found)]


@lru_cache(maxsize=1)
def _matcher() -> FoldedMatcher:
    """The everyday names of papers, and phrases that hold one and are about something else; built once."""
    phrases: dict[str, list[str]] = {}
    for paper in load_papers().papers:
        phrases[paper.id] = list(paper.say)
        phrases[_NOT_SAID + paper.id] = list(paper.not_said)
    return FoldedMatcher(phrases)


def _inner(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """The paper's name in "làm lý lịch tư pháp": what somebody is sent for is a paper, not a procedure."""
    words = list(re.finditer(r"\w+", folded[start:end]))
    if words[0].group() not in ("lam", "xin") or words[1].group() == "lai":
        return None
    for word in words[1:]:
        if plain(folded[start + word.start() : end]) in load_papers().by_name:
            return start + word.start(), end
    return None


def _is_named(match: Match) -> bool:
    """Say whether a name of the lexicon is meant: the marks that are typed are its own ("sơ đồ" is no "sổ đỏ")."""
    if match.label.startswith(_NOT_SAID):
        return False
    say = next(paper.say for paper in load_papers().papers if paper.id == match.label)
    if len(match.text.split()) == 1 and len(match.text) < len("cccd") and not has_diacritics(match.text):
        return match.label != "photo"  # "anh" without marks is a person
    return any(_agree(match.text, name) for name in say if plain(name) == plain(match.text))


def _agree(text: str, name: str) -> bool:
    bare = [not has_diacritics(word) for word in typed_words(text)]
    pairs = zip(bare, keys_of(text), keys_of(name), strict=False)
    return all(plain_word or key == own for plain_word, key, own in pairs)


@lru_cache(maxsize=1)
def _free() -> re.Pattern[str]:
    heads = _either(load_words().names["heads"])
    return re.compile(rf"(?<!\w)(?P<head>{heads})(?!\w)(?: +[\w-]+){{0,{_MOST_WORDS}}}")


def _free_names(typed: str, folded: str) -> Iterator[tuple[int, int]]:
    """Papers in free words: a head, and what follows up to a small word."""
    at = 0
    while match := _free().search(folded, at):
        if match["head"] == _ON_PAPER:
            at = match.end("head")
            continue
        end = _name_end(typed, match)
        name = folded[match.start() : end]
        if _is_free_name(typed, match, name):
            yield match.start(), end
        at = max(end, match.end("head"))


def _name_end(typed: str, match: re.Match[str]) -> int:
    """Where a small word ends the name; small words of a pair ("hộ nghèo", "không nợ") belong to it."""
    words = list(re.finditer(r"[\w-]+", match.string[match.end("head") : match.end()]))
    offset, end, at = match.end("head"), match.end("head"), 0
    while at < len(words):
        pair = next((count for count in (3, 2) if _is_pair(words[at : at + count], count)), 0)
        if " ".join(word.group() for word in words[at : at + 2]) in _ENDS:
            break
        if not pair and _is_stop(typed[offset + words[at].start() : offset + words[at].end()]):
            break
        at += pair or 1
        end = offset + words[min(at, len(words)) - 1].end()
    return end


def _is_pair(words: list[re.Match[str]], count: int) -> bool:
    return len(words) == count and " ".join(word.group() for word in words) in _pairs()


@lru_cache(maxsize=1)
def _pairs() -> frozenset[str]:
    return frozenset(fold(pair) for pair in load_words().names["pairs"])


def _is_stop(word: str) -> bool:
    """Say whether a word as typed ends a name."""
    bare = not has_diacritics(word)
    stops = _stops().get(fold(word), ())
    return any((bare and not stop.endswith("!")) or keys_of(word) == keys_of(stop.rstrip("!")) for stop in stops)


@lru_cache(maxsize=1)
def _stops() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for stop in load_words().names["stops"]:
        key = fold(stop.rstrip("!"))
        found[key] = (*found.get(key, ()), stop)
    return found


def _either(phrases: tuple[str, ...]) -> str:
    return "|".join(sorted({re.escape(fold(phrase)) for phrase in phrases}, key=len, reverse=True))


def _is_free_name(typed: str, match: re.Match[str], name: str) -> bool:
    """Say whether free words name a paper: no generic word, and a head with its own marks where it has any."""
    if " ".join(name.split()) in _generic() or _COUNTED.match(name):
        return False
    head = typed[slice(*match.span("head"))]
    marked = load_words().names["marked"]
    own = _heads().get(match["head"], ())
    if has_diacritics(head):
        return any(_agree(head, known) for known in own)
    return not any(known in marked for known in own) or bool(_TELLS.match(name))


@lru_cache(maxsize=1)
def _heads() -> dict[str, tuple[str, ...]]:
    """The heads as written, by how they are folded."""
    found: dict[str, tuple[str, ...]] = {}
    for head in load_words().names["heads"]:
        found[fold(head)] = (*found.get(fold(head), ()), head)
    return found


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(fold(name) for name in load_words().names["none"])


_TELLS = re.compile(
    r"don (?:xin|de nghi|yeu cau|dang ky|khai|co|trinh|bao|cam|xac|keu|ly|khoi)|the (?:bao|dang|thuong|hoc|huong|nha"
    r"|doan|tam|can|cu|nhan|sinh|xanh|dinh)|so (?:ho|goc|tiet|bao|kham|theo|tiem|do|hong|luong|dang|hoc|suc|muc)"
    r"|bang (?:tot|cap|lai|dai|cu|trung|chuyen|thac)|mau (?:so|don|to)|hinh (?:the|chup|chan|3|4)"
    r"|to (?:khai|trinh|giay|trich|xac|cam|don|tuong)|ket qua (?:kham|giam|xet|do|hoc|kiem|thu)"
    r"|ke hoach \w+|chung chi \w+"
)
"""Typed without marks, "don", "so", "the" name a paper only before words that they have in no other reading."""


_COUNTED = re.compile(r"giay(?: to)?(?: +(?:\d+|hai|ba|bon|nam|sau|chuc)){1,2} +(?:lan|luot|bua)(?!\w)")
"""How often papers were asked for: "bắt bổ sung giấy 3 lần"."""


def _with_shape(folded: str, start: int, end: int) -> tuple[int, int]:
    """Take "bản sao" before a name and "công chứng", "cũ" after it into it."""
    before, after = _BEFORE.search(folded[:start]), _AFTER.match(folded, end)
    return before.start() if before else start, after.end() if after else end
