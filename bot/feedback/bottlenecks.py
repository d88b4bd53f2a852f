"""Where somebody got stuck, read from their words: one code of bottlenecks.yml, or `khac` (R-21).

Phrases and their order decide first; what they do not know, the examples do, where they are sure enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from knowledge.curated import read_yaml
from knowledge.search.normalise import expand_abbreviations, load_lexicon

if TYPE_CHECKING:
    from bot.feedback.bottleneck_learner import Learned

FILE = Path(__file__).resolve().parent / "bottlenecks.yml"
EXAMPLES_FILE = FILE.with_name("bottleneck_examples.yml")
OTHER = "khac"
BY_RULES = "rules"
"""Who set a code that no officer has touched."""
LONGEST_TEXT = 1000
"""Characters that are looked at."""
_SURE_ENOUGH = 0.2
_NOTHING_KNOWN = "?"
"""No rule knows it, so the examples are asked."""

Group = tuple[str, ...]


@dataclass(frozen=True)
class Bottleneck:
    """A code, its name for officers, and its rules: groups of phrases, of each of which one must be met."""

    code: str
    name: str
    rules: tuple[tuple[Group, ...], ...]

    def is_in(self, text: str) -> bool:
        """Say whether `text` (words between blanks, with one at either end) holds a rule's phrases."""
        return any(all(any(phrase in text for phrase in group) for group in rule) for rule in self.rules)


@lru_cache(maxsize=1)
def bottlenecks() -> dict[str, Bottleneck]:
    """Read the file once: code → bottleneck, in the file's order. Raises `KeyError` naming a group that is missing."""
    data = read_yaml(FILE)
    groups = {name: tuple(_spaced(str(phrase)) for phrase in phrases) for name, phrases in data["groups"].items()}
    return {
        code: Bottleneck(code, entry["name"], tuple(tuple(groups[name] for name in rule) for rule in entry["rules"]))
        for code, entry in data["codes"].items()
    }


def bottleneck_in(text: str) -> str:
    """Return the code of the bottleneck that `text` tells of; `OTHER` where it tells of none, or of none for sure."""
    if not text.strip():
        return OTHER
    return by_rules(text) or by_examples(text, learned())


def by_rules(text: str) -> str:
    """Return the first code whose phrases stand in `text`; "" where none do."""
    spaced = _spaced(text)
    return next((one.code for one in bottlenecks().values() if one.is_in(spaced)), "")


def by_examples(text: str, model: Learned) -> str:
    """Return the code whose examples `text` is most like, `OTHER` below a bound."""
    code, chance = model.likeliest(features(text))
    return code if chance >= _SURE_ENOUGH else OTHER


@lru_cache(maxsize=1)
def learned() -> Learned:
    """Learn from the examples, once in a process."""
    from bot.feedback.bottleneck_learner import learn  # with NumPy, which a hub need not wait for when it starts

    examples = read_yaml(EXAMPLES_FILE)
    return learn({code: list(map(str, texts)) for code, texts in examples.items()}, features)


def learn_ahead() -> Thread:
    """Read and learn in a thread of its own, before it is needed.

    The first opinion would wait for it in the transaction that stores it, and all who write to SQLite with it: a second
    and a half on a slow and busy machine, too long for Zalo.
    """
    thread = Thread(target=bottleneck_in, args=(_NOTHING_KNOWN,), name="bottlenecks", daemon=True)
    thread.start()
    return thread


def features(text: str) -> list[str]:
    """Return the words and pairs of words of `text`, folded."""
    words = _words(text)
    return [*words, *(f"{left} {right}" for left, right in pairwise(words))]


def _spaced(text: str) -> str:
    return f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    return expand_abbreviations(text[:LONGEST_TEXT], load_lexicon())
