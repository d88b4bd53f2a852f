"""What is to be done (issue again, change, extend …), read from a title or a question as a row of yes and no."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from knowledge.curated import read_yaml
from knowledge.search.normalise import LEXICON_DIR


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {str(name): re.compile(str(text)) for name, text in read_yaml(LEXICON_DIR / "actions.yml").items()}


def action_names() -> tuple[str, ...]:
    """Return the names of the actions, in the order of `actions_in`."""
    return tuple(_patterns())


def actions_in(folded: str) -> np.ndarray:
    """Return 1 for each action that `folded` names, else 0; shape (number of actions,)."""
    return np.array([pattern.search(folded) is not None for pattern in _patterns().values()], dtype=np.float32)


def acts_named(folded: str) -> frozenset[str]:
    """Return the actions that `folded` names, each from the beginning of a word ("thu " names no "hu ")."""
    return frozenset(
        name
        for name, pattern in _patterns().items()
        if any(not match.start() or folded[match.start() - 1] == " " for match in pattern.finditer(folded))
    )
