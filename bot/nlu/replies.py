"""What a typed reply to an open question means: a number, one of the options in people's own words, or a wish.

Pure, without Rasa. Words: knowledge/content/replies.yml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from bot.nlu.entities import choice_number
from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold, words

YES, NO = "yes", "no"
"""Ids of options that agree and disagree: "ừ" and "không" choose them."""
_BESIDE = 1
"""Words that may stand beside an option's in a reply that is nothing else: "nộp online", "thuê nhà trọ"."""
_FEWEST_BEGUN = 2
"""Words with which a label begins that are enough to mean it: "không thuê" of "Không thuê đất hay công trình"."""
_LONGEST_REPLY = 8
"""Words up to which a message may be a reply that only holds an option; longer ones tell something."""


class Wish(str, Enum):
    """What else somebody may want instead of answering."""

    STOP = "stop"
    BACK = "back"
    CHANGE = "change"
    WHOLE = "whole"


@dataclass(frozen=True)
class Choice:
    """An option as the reader needs it. `phrases`: the label and the other words for it."""

    id: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What a reply means: an option, a wish, a number beyond the options, or nothing.

    exact: the message says it and hardly anything else.
    """

    option: str = ""
    wish: Wish | None = None
    out_of_range: bool = False
    exact: bool = False

    def __bool__(self) -> bool:
        return bool(self.option or self.wish or self.out_of_range)


NOTHING = Reading()


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, frozenset[tuple[str, ...]]]:
    data = read_yaml(CONTENT_DIR / "replies.yml")
    return {name: frozenset(tuple(words(str(text))) for text in texts) for name, texts in data.items()}


def read_reply(text: str, choices: tuple[Choice, ...]) -> Reading:
    """Return what `text` means as a reply to a question with `choices`; `NOTHING` where that is not clear."""
    typed, bare = tuple(words(text)), _bare(text)
    exact = _exactly(typed, bare, choices)
    if exact:
        return Reading(option=exact, exact=True)
    number = choice_number(text)
    if number is not None:
        within = 1 <= number <= len(choices)
        return Reading(choices[number - 1].id, exact=True) if within else Reading(out_of_range=True, exact=True)
    for wish in Wish:
        if typed in _lexicon()[wish.value] or (bare and bare in _lexicon()[wish.value]):
            return Reading(wish=wish, exact=True)
    agreed = _agreed(typed, bare, choices)
    if agreed:
        return Reading(option=agreed, exact=True)
    option = mentioned(text, choices) if len(typed) <= _LONGEST_REPLY else ""
    longest = max((len(phrase) for one in choices if one.id == option for phrase in _told(bare, one)), default=0)
    return Reading(option=option, exact=bool(option) and len(bare) - longest <= _BESIDE)


def _told(typed: tuple[str, ...], choice: Choice) -> Iterable[tuple[str, ...]]:
    return (phrase for phrase in _phrases(choice) if list(_places(typed, phrase)))


def mentioned(text: str, choices: tuple[Choice, ...]) -> str:
    """Return the one option whose words stand in `text`, not denied; "" where there is none, or more than one.

    Words that mean little by themselves ("có", "rồi") only count as a whole message.
    """
    typed = tuple(words(text))
    found: list[tuple[int, int, str]] = []
    for choice in choices:
        for phrase in _phrases(choice):
            found += [(start, start + len(phrase), choice.id) for start in _places(typed, phrase)]
    kept = [one for one in found if not _denied(typed, one[0]) and not _within_another(one, found)]
    named = {option for _, _, option in kept}
    return named.pop() if len(named) == 1 else ""


@lru_cache(maxsize=256)
def _compared(choices: tuple[Choice, ...]) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Return each phrase's option, its words, and its words without those of courtesy."""
    return tuple((one.id, tuple(words(phrase)), _bare(phrase)) for one in choices for phrase in one.phrases)


@lru_cache(maxsize=1024)
def _phrases(choice: Choice) -> tuple[tuple[str, ...], ...]:
    phrases = (tuple(words(phrase)) for phrase in choice.phrases)
    return tuple(phrase for phrase in phrases if phrase and phrase not in _lexicon()["alone"])


def _places(typed: tuple[str, ...], phrase: tuple[str, ...]) -> Iterable[int]:
    return (start for start in range(len(typed) - len(phrase) + 1) if typed[start : start + len(phrase)] == phrase)


def _denied(typed: tuple[str, ...], start: int) -> bool:
    return any(typed[max(0, start - len(words_)) : start] == words_ for words_ in _lexicon()["negations"])


def _within_another(one: tuple[int, int, str], found: list[tuple[int, int, str]]) -> bool:
    """Say whether a longer phrase of another option covers this one: "nhà thuê" within "không ở nhà thuê"."""
    start, end, option = one
    return any(
        first <= start and end <= last and last - first > end - start and other != option
        for first, last, other in found
    )


def _exactly(typed: tuple[str, ...], bare: tuple[str, ...], choices: tuple[Choice, ...]) -> str:
    """Return the option that the whole message is, with or without words of courtesy, or with which its words begin."""
    phrases = _compared(choices)
    for said in (typed, bare):
        named = {option for option, whole, core in phrases if said and said in (whole, core)}
        if len(named) == 1:
            return named.pop()
    begun = {option for option, whole, _ in phrases if len(bare) >= _FEWEST_BEGUN and whole[: len(bare)] == bare}
    return begun.pop() if len(begun) == 1 else ""


def _agreed(typed: tuple[str, ...], bare: tuple[str, ...], choices: tuple[Choice, ...]) -> str:
    ids = {choice.id for choice in choices}
    for option, name in ((YES, "agree"), (NO, "disagree")):
        if option in ids and (typed in _lexicon()[name] or bare in _lexicon()[name]):
            return option
    return ""


def _bare(text: str) -> tuple[str, ...]:
    """Words without those of courtesy at either end."""
    said = list(words(fold(text)))
    fillers = _lexicon()["fillers"]
    while said and (said[0],) in fillers:
        said.pop(0)
    while said and (said[-1],) in fillers:
        said.pop()
    return tuple(said)
