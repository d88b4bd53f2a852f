"""The one scale on which people say how they were served, for dossiers and conversations alike (R-24)."""

from __future__ import annotations

from enum import Enum


class Satisfaction(str, Enum):
    """What can be answered; `SKIPPED`: asked, and not answered, so that nobody is asked again."""

    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    SKIPPED = "skipped"
