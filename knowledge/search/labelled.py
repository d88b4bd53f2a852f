"""A question of our own with the codes that are right: what the ranker learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Asked:
    """A labelled question: `codes` that are right, `without`: examples that must not be seen, `weight` in learning."""

    text: str
    codes: frozenset[str]
    without: np.ndarray
    weight: float = 1.0
