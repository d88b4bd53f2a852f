"""A petition's photos, within the petition's own transactions: both, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.attachments.service import Attachments
from bot.attachments.store import erase_of_owner

OWNER_KIND = "petition"
"""Photos belong to a petition by the code of who lodged it, whoever has sent them."""


@dataclass(frozen=True)
class Photos:
    """Gives photos to a petition, and erases them."""

    attachments: Attachments

    def attach(self, connection: Connection, ids: Sequence[str], sender: str, code: str) -> list[str]:
        """Return the ids that belong to the petition now; the others are erased, too old, or not this sender's."""
        return [one.id for one in self.attachments.attach_in(connection, ids, sender, OWNER_KIND, code)]

    def erase(self, connection: Connection, code: str, now: datetime) -> None:
        """Erase all photos of a petition."""
        erase_of_owner(connection, OWNER_KIND, code, now)
