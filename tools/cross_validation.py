"""Cross-validation over our own learning material: near-equal messages stay in one fold, figures a class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from sklearn.model_selection import GroupKFold

from knowledge.text import words

FOLDS = 5
NEAR_EQUAL = 0.6
"""Share of words two messages have in common to be near-equal: one in the other's fold would be told beforehand."""

Labels = Collection[str]


def near_equal_groups(texts: Sequence[str]) -> list[int]:
    """Return a group for each text; texts with at least `NEAR_EQUAL` of their words in common share one."""
    bags = [frozenset(words(text)) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    group = list(range(len(texts)))
    for place, bag in enumerate(bags):
        shared = Counter(other for word in bag for other in holders[word])
        for other, count in shared.items():
            if count >= NEAR_EQUAL * (len(bag) + len(bags[other]) - count):
                _join(group, place, other)
        for word in bag:
            holders[word].append(place)
    return [_root(group, place) for place in range(len(texts))]


def _root(group: list[int], place: int) -> int:
    while group[place] != place:
        group[place] = group[group[place]]
        place = group[place]
    return place


def _join(group: list[int], one: int, other: int) -> None:
    group[_root(group, one)] = _root(group, other)


def folds(texts: Sequence[str]) -> list[tuple[list[int], list[int]]]:
    """Return `FOLDS` pairs of places: to learn from, to measure on. Every text is measured once."""
    groups = near_equal_groups(texts)
    count = min(FOLDS, len(set(groups)))
    splits = GroupKFold(n_splits=count).split(np.zeros(len(texts)), groups=groups)
    return [(learned.tolist(), measured.tolist()) for learned, measured in splits]


def class_figures(wanted: Sequence[Labels], found: Sequence[Labels]) -> dict[str, dict[str, float]]:
    """Return class → precision, recall, f1 and lines, of sets of labels; classes nobody asked for are left out."""
    right = Counter(label for want, got in zip(wanted, found, strict=True) for label in set(want) & set(got))
    told = Counter(label for got in found for label in got)
    asked = Counter(label for want in wanted for label in want)
    return {
        label: {
            "precision": right[label] / max(1, told[label]),
            "recall": right[label] / asked[label],
            "f1": 2 * right[label] / (told[label] + asked[label]),
            "lines": asked[label],
        }
        for label in sorted(asked)
    }


def summary(wanted: Sequence[Labels], found: Sequence[Labels]) -> dict[str, float]:
    """Return macro-F1 over the classes, and the share of lines whose labels are exactly the wanted ones."""
    f1 = [figures["f1"] for figures in class_figures(wanted, found).values()]
    exact = sum(set(want) == set(got) for want, got in zip(wanted, found, strict=True))
    return {"macro_f1": sum(f1) / max(1, len(f1)), "exact": exact / max(1, len(wanted))}
