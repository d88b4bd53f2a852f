"""The first consent, kept between the link and the way back: which verifier goes with which state."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.errors import ZaloRefusedError
from bot.ops.clock import Clock
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo.oauth import OAuth, Pair, new_verifier
from bot.zalo.tables import CONSENT

KEPT = timedelta(hours=1)


class Consents:
    """Links that were made, until they are come back from or an hour has passed."""

    def __init__(self, database: Callable[[], Database], oauth: OAuth, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._oauth = oauth
        self._sealer = sealer
        self._clock = clock

    async def link(self, redirect_url: str) -> str:
        """Return the page for the account's administrator."""
        state, verifier = secrets.token_urlsafe(24), new_verifier()
        await self._database().write(self._keep, state, verifier)
        return self._oauth.consent_link(redirect_url, verifier, state)

    async def come_back(self, address: str) -> Pair:
        """Return the tokens for the address that the administrator was sent back to, with its code and state.

        Raises `ZaloRefusedError`; its context's `zalo_code` is 0 where the address is none of ours.
        """
        asked = parse_qs(urlsplit(address.strip()).query)
        code, state = (asked.get(name, [""])[0] for name in ("code", "state"))
        verifier = await self._database().write(self._take, state) if code and state else None
        if verifier is None:
            raise ZaloRefusedError("no code and state of a link made within the hour", zalo_code=0)
        return await self._oauth.exchange(code, verifier)

    def _keep(self, connection: Connection, state: str, verifier: str) -> None:
        now = self._clock.now()
        connection.execute(delete(CONSENT).where(CONSENT.c.made_at < now - KEPT))
        row = {"state": state, "verifier": self._sealer.seal(verifier), "made_at": now}
        connection.execute(insert(CONSENT).values(**row))

    def _take(self, connection: Connection, state: str) -> str | None:
        fresh = CONSENT.c.made_at >= self._clock.now() - KEPT
        sealed = connection.execute(select(CONSENT.c.verifier).where(CONSENT.c.state == state, fresh)).scalar()
        connection.execute(delete(CONSENT).where(CONSENT.c.state == state))
        return None if sealed is None else self._sealer.open(sealed)
