"""What petitions need of the store of photos, inside their own transactions: petition and photos, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.engine import Connection


class Photos(Protocol):
    """Gives photos to a petition, named by the code of who lodged it, and erases them."""

    def attach(self, connection: Connection, ids: Sequence[str], sender: str, code: str) -> Sequence[str]:
        """Return the ids that belong to the petition now; the others are erased, too old, or not this sender's."""

    def erase(self, connection: Connection, code: str, now: datetime) -> None:
        """Erase all photos of a petition."""


class NoPhotos:
    """Where photos are not taken: there are none to attach."""

    def attach(self, connection: Connection, ids: Sequence[str], sender: str, code: str) -> Sequence[str]:
        return ()

    def erase(self, connection: Connection, code: str, now: datetime) -> None:
        return None
