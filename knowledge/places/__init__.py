"""Places of the city: its 168 units of today, what they were called before 1 July 2025, and how people name them.

Use: `from knowledge.places import find_places, load_places, unit`. Guide: docs/places.md.
"""

from __future__ import annotations

from knowledge.places.finding import find_places
from knowledge.places.loading import load_places, unit
from knowledge.places.models import (
    FormerDistrict,
    FormerWard,
    MentionKind,
    PlaceMention,
    Places,
    Sense,
    SenseKind,
    Unit,
    UnitKind,
)

__all__ = [
    "FormerDistrict",
    "FormerWard",
    "MentionKind",
    "PlaceMention",
    "Places",
    "Sense",
    "SenseKind",
    "Unit",
    "UnitKind",
    "find_places",
    "load_places",
    "unit",
]
