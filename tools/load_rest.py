"""People at a Rasa's REST channel, who talk without a pause: ours or any other."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

import aiohttp

from tools.load_citizens import ANSWER_WITHIN, Person, Tally
from tools.load_mix import Talk

TIMEOUT = aiohttp.ClientTimeout(total=ANSWER_WITHIN)


class RestCitizen(Person):
    """Somebody at a REST channel; the talks have no turn but words."""

    def __init__(self, number: int, webhook: str, mix: Sequence[Talk], tally: Tally) -> None:
        super().__init__(number, mix, 0.0, tally)
        self._webhook = webhook

    async def talk(self, session: aiohttp.ClientSession, talk: Talk, until: float) -> None:
        """Play one conversation."""
        sender = str(uuid.uuid4())
        for words in talk.turns:
            if time.monotonic() >= until:
                return
            began = time.perf_counter()
            message = {"sender": sender, "message": words}
            async with session.post(self._webhook, json=message, timeout=TIMEOUT) as response:
                if response.status != 200 or not await response.json():
                    self.tally.fail("no answer")
                    return
            self.tally.milliseconds.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(0)
