"""Which views go into the audit: the first of somebody, and one every ten minutes, however often a page reads itself.

The server decides it, not the browser, so nobody looks without a line.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from aiohttp import web

from bot.console.access import person_of, services
from bot.staff.models import Deed

AGAIN_SECONDS = 600.0
MOST = 5000


class Viewings:
    """What this process has lately written down."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def is_due(self, person_id: str, deed: Deed, about: str) -> bool:
        """Say whether a view is to be written down; the same one again only after a while."""
        key, now = (person_id, deed.value, about), time.monotonic()
        seen = self._seen.get(key)
        return seen is None or now - seen >= AGAIN_SECONDS

    def note(self, person_id: str, deed: Deed, about: str) -> None:
        """It was written down."""
        key = (person_id, deed.value, about)
        self._seen[key] = time.monotonic()
        self._seen.move_to_end(key)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)


VIEWINGS = web.AppKey("viewings", Viewings)


async def audit_view(request: web.Request, deed: Deed, about: str, reason: str = "") -> None:
    """Write down that somebody is about to see something; raises where it cannot be written."""
    person, viewings = person_of(request), request.app[VIEWINGS]
    if not viewings.is_due(person.id, deed, about):
        return
    await services(request).staff.audit.write(person.display_name, deed, about, reason)
    viewings.note(person.id, deed, about)
