"""A question goes to the one of Rasa's processes that has the fewest of ours.

They share a port, and each connection is held by one of them: taken as they come free, three questions wait at one
process while another has nothing to do. Each answer says who gave it (bot/rasa_runtime/observing.py); where none does,
or a proxy stands in between, connections are taken as before.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import aiohttp

SERVED_BY = "X-Served-By"
MOST_KNOWN = 64
"""Processes come and go; so many names are remembered."""


class LeastBusy(aiohttp.TCPConnector):
    """Of the connections that are free, takes one to the process that answers the fewest questions at the moment.

    Which process a connection is held by, `RasaPosts` notes at its protocol as `served_by`.
    Leans on how aiohttp 3.9 keeps them: `_conns[key]` are pairs of a protocol and a time, the next one last.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._asked: Counter[str] = Counter()

    def _get(self, key: Any) -> Any:
        free = self._conns.get(key)
        if free and len(free) > 1:
            free.sort(key=self._busy, reverse=True)  # among equals the one that came free last stays last
        protocol: Any = super()._get(key)
        who = getattr(protocol, "served_by", None)
        if who is not None:
            protocol.counted = who
            self._asked[who] += 1
        return protocol

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        who = getattr(protocol, "counted", None)
        if who is not None:
            protocol.counted = None
            self._asked[who] -= 1
            if not self._asked[who] and len(self._asked) > MOST_KNOWN:
                del self._asked[who]
        super()._release(key, protocol, should_close=should_close)

    def _busy(self, free: Any) -> int:
        who = getattr(free[0], "served_by", None)
        return self._asked.get(who, 0) if who is not None else 0
