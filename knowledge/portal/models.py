"""What is known of an entry of the portal's list. Free of the network, so that the store can name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ListItem:
    """One entry of the portal's list. `digest` changes with anything in the entry."""

    id: str
    code: str
    name: str
    digest: str


@dataclass(frozen=True)
class Known:
    """What the catalogue remembers of an entry: its digest then, and when its record was fetched."""

    digest: str
    fetched_on: date | None
