"""Looking a dossier up: proof first, then the status; every look-up counted and logged by hash."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

from bot.cases.gateways.base import CaseGateway, Gateways
from bot.cases.models import CaseRecord, LookUp, LookUpKind
from bot.errors import CaseSystemDownError
from bot.ops.case_codes import CaseCode
from bot.ops.clock import Clock
from bot.ops.logging import EventLog, current_turn
from bot.store.engine import Database
from bot.store.tries import Permit, Tries

log = EventLog("cases")

PROOF_DIGITS = 4
_LONGEST_PROOF = 32


class CaseService:
    """What actions, jobs and the desk ask about dossiers."""

    def __init__(self, gateways: Gateways, database: Callable[[], Database], tries: Tries, clock: Clock) -> None:
        self._gateways = gateways
        self._database = database
        self._tries = tries
        self._clock = clock

    async def look_up(self, code: CaseCode, proof: str, person: str) -> LookUp:
        """Return the status of a dossier to one who proves that it is theirs.

        proof: the last four digits of a phone on the dossier, or the key printed on the receipt.
        person: who asks (a conversation, an account). A dossier that does not exist and a wrong proof look the same.
        """
        began = time.monotonic()
        found = await self._looked_up(code, proof, person)
        log.info(
            "case_looked_up",
            case=self._tries.hash_of("code", str(code))[:12],
            person=self._tries.hash_of("person", person)[:12],
            kind=found.kind.value,
            ms=round((time.monotonic() - began) * 1000),
        )
        return found

    async def read(self, code: CaseCode) -> tuple[CaseRecord | None, bool]:
        """Return a dossier without proof, and whether it is made up: for jobs, on what a citizen has proven before.

        Raises `CaseSystemDownError`.
        """
        gateway = self._gateways.of(code)
        return (await gateway.look_up(code), gateway.sample) if gateway else (None, False)

    def serves(self, code: CaseCode) -> bool:
        """Say whether a system is set up for the code's unit."""
        return self._gateways.of(code) is not None

    def is_sample(self, code: CaseCode) -> bool:
        """Say whether what is told of the code's unit is made up."""
        gateway = self._gateways.of(code)
        return gateway is not None and gateway.sample

    def key_of(self, code: str) -> str:
        """What stands for a code where the code itself is not needed."""
        return self._tries.hash_of("code", code)

    async def forget_tries(self) -> int:
        """Drop counts of tries that are over; return how many."""
        return await self._database().write(self._tries.forget, self._clock.now())

    async def close(self) -> None:
        """Close the gateways."""
        await self._gateways.close()

    async def _looked_up(self, code: CaseCode, proof: str, person: str) -> LookUp:
        gateway = self._gateways.of(code)
        if gateway is None:
            return LookUp(LookUpKind.NOT_PROVEN)
        counted = (str(code), person)
        permit = await self._database().write(self._tries.take, *counted, self._clock.now(), current_turn())
        if permit.again_at is not None:
            return LookUp(LookUpKind.TOO_MANY_TRIES, again_at=permit.again_at, sample=gateway.sample)
        try:
            record = await gateway.look_up(code)
        except CaseSystemDownError:  # logged where it was met
            await self._database().write(self._tries.not_made, *counted, current_turn())
            return LookUp(LookUpKind.SYSTEM_DOWN, sample=gateway.sample)
        return await self._judged(record, proof, code, person, permit, gateway)

    async def _judged(
        self, record: CaseRecord | None, proof: str, code: CaseCode, person: str, permit: Permit, gateway: CaseGateway
    ) -> LookUp:
        phones, keys = (record.phones, record.keys) if record else (_NO_PHONES, _NO_KEYS)
        if not _is_proven(phones, keys, proof) or record is None:
            return LookUp(LookUpKind.NOT_PROVEN, tries_left=permit.tries_left, sample=gateway.sample)
        await self._database().write(self._tries.succeeded, str(code), person, current_turn())
        return LookUp(LookUpKind.FOUND, record.status, sample=gateway.sample)


def _is_proven(phones: tuple[str, ...], keys: tuple[str, ...], proof: str) -> bool:
    """Compare in constant time, and against all proofs, so that time tells nothing."""
    given = proof.strip()[:_LONGEST_PROOF]
    digits = "".join(char for char in given if char in "0123456789")
    right = [len(digits) == PROOF_DIGITS and _same(phone[-PROOF_DIGITS:], digits) for phone in phones]
    right += [_same(key.upper(), given.upper()) for key in keys]
    return any(right)


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode("utf-8"), given.encode("utf-8"))


_NO_PHONES, _NO_KEYS = ("\x00",), ("\x00",)
"""Compared where there is no dossier."""
