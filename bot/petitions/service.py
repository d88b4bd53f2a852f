"""What a citizen does with petitions: lodge, join, look up, add, rate, reopen, withdraw.

Every step may be repeated, by a message that is delivered twice, by two windows, after a crash at any point: what was
done is done once, and the repeat is answered as the first call was. Whatever a method returns is on disk.

Every method raises `StoreDownError` where the operations store cannot be reached; the same call, repeated with the same
key, goes on from there.
"""

from __future__ import annotations

from bot.ops.satisfaction import Satisfaction
from bot.petitions.models import PetitionDraft, PetitionLookUp, PetitionView, Receipt, Similar, Step


class PetitionService:
    """Petitions in the operations store."""

    @property
    def official(self) -> bool:
        """Whether a petition lodged here is the city's official PAKN, or a record that the support team follows."""
        raise NotImplementedError

    async def lodge(self, draft: PetitionDraft) -> Receipt:
        """Store a petition and give it to the unit that has to answer; `Receipt.again` where its key is known.

        Raises `PetitionRefusedError`, whose context holds `faults` (names of `DraftFault`), for a draft that cannot be
        one: no content, no contact that can be used, no consent, too long.
        """
        raise NotImplementedError

    async def receipt_of(self, key: str) -> Receipt | None:
        """Return the receipt of what was lodged or joined with `key`, with `again` set; None where nothing was."""
        raise NotImplementedError

    async def similar(self, draft: PetitionDraft) -> list[Similar]:
        """Return open petitions about the same (procedure or commune, and near words), the most alike first."""
        raise NotImplementedError

    async def join(self, ref: str, draft: PetitionDraft) -> Receipt:
        """Stand behind a petition that `similar` found, with one's own contact and code; told of each of its steps.

        Raises `PetitionRefusedError` as `lodge` does, with the fault `not_open` where it was answered meanwhile: the
        citizen can lodge their own then, with the same key.
        """
        raise NotImplementedError

    async def look_up(self, code: str, proof: str, sender: str) -> PetitionLookUp:
        """Return the state of a petition to one who proves that it is theirs; wrong tries are counted and limited.

        code: as the citizen typed it. proof: last four digits of the phone, the whole phone, or the whole e-mail
        address that was given with it. After this, `sender` may add, rate, reopen and withdraw.
        """
        raise NotImplementedError

    async def of(self, sender: str) -> list[PetitionView]:
        """Return the petitions that were lodged, joined or proven in this conversation, the newest first."""
        raise NotImplementedError

    async def add_message(self, code: str, sender: str, text: str, key: str, attachments: tuple[str, ...] = ()) -> Step:
        """Add the citizen's words to an open petition; where more was asked for, its clock goes on.

        key: one for this message, for ever.
        """
        raise NotImplementedError

    async def rate(self, code: str, sender: str, satisfaction: Satisfaction, reason: str = "") -> Step:
        """Keep how the citizen found the handling, once an answer. A reason alone may follow later."""
        raise NotImplementedError

    async def reopen(self, code: str, sender: str, why: str) -> Step:
        """Open an answered, closed or refused petition again, within the set time; its clocks begin anew."""
        raise NotImplementedError

    async def withdraw(self, code: str, sender: str) -> Step:
        """Take an open petition back; a supporter's support ends, and the petition stays."""
        raise NotImplementedError

    async def follow(self, code: str, sender: str) -> Step:
        """Tell its further steps here instead of where it was lodged; `look_up` has proven it before."""
        raise NotImplementedError

    async def erase(self, sender: str) -> int:
        """Cut the link between an erased conversation and its petitions, which stay; return how many links."""
        raise NotImplementedError
