"""Places in a message, as people name them."""

from __future__ import annotations

from knowledge.places.models import PlaceMention


def find_places(text: str) -> tuple[PlaceMention, ...]:
    """Return the places in `text`, in reading order, without overlaps."""
    raise NotImplementedError
