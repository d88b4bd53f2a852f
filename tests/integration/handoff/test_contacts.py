"""Who wishes to be called: kept once, with a time that is promised, erased when somebody has called."""

from __future__ import annotations

from datetime import timezone

import pytest
from sqlalchemy import text

from bot.errors import HandoffStepError
from bot.handoff.contacts import CallWish, ContactOutcome, Contacts, ContactState, Wanted
from bot.handoff.models import HandoffFault, Officer
from bot.handoff.shifts import load_shifts
from bot.handoff.words import shift_text
from knowledge.working_days import load_calendar
from tests.integration.handoff.conftest import LAN, MINH


@pytest.fixture
def contacts(database, clock):
    return Contacts(lambda: database, clock, load_shifts(load_calendar()))


async def test_a_number_left_twice_is_corrected(contacts):
    first = await contacts.leave("web-a", Wanted("0901234567", CallWish.ANY))
    again = await contacts.leave("web-a", Wanted("0907654321", CallWish.ANY, "cô Ba"))
    assert (again.reference, again.phone, again.name) == (first.reference, "0907654321", "cô Ba")
    assert [one.id for one in await contacts.waiting()] == [first.id]


async def test_the_next_shift_that_suits_is_promised(contacts, clock):
    # Thursday, 10:00: the afternoon's begins at 13:00, the next morning's on Friday.
    later = await contacts.leave("web-a", Wanted("0901234567", CallWish.AFTERNOON))
    assert shift_text(later.promised, clock.now()) == "từ 13 giờ hôm nay đến 17 giờ"
    morning = await contacts.leave("web-b", Wanted("0901234567", CallWish.MORNING))
    assert shift_text(morning.promised, clock.now()) == "từ 7 giờ 30 ngày mai đến 11 giờ 30"
    clock.set(2026, 11, 27, 11)  # Friday, 18:00
    monday = await contacts.leave("web-c", Wanted("0901234567", CallWish.ANY))
    assert shift_text(monday.promised, clock.now()) == "từ 7 giờ 30 thứ Hai, 30/11 đến 11 giờ 30"
    assert monday.promised_from.tzinfo is timezone.utc


async def test_name_and_number_go_when_somebody_has_called(contacts, database):
    contact = await contacts.leave("web-a", Wanted("0901234567", CallWish.ANY, "cô Ba"))
    await contacts.take(contact.id, LAN)
    with pytest.raises(HandoffStepError) as caught:
        await contacts.take(contact.id, MINH)
    assert caught.value.context["fault"] is HandoffFault.TAKEN
    closed = await contacts.close(contact.id, LAN, ContactOutcome.REACHED)
    assert (closed.state, closed.phone, closed.name) == (ContactState.CLOSED, "", "")
    assert await contacts.find("web-a") is None
    rows = await database.run(lambda connection: str(connection.execute(text("SELECT * FROM handoff_contact")).all()))
    assert "0901234567" not in rows
    assert "Ba" not in rows


async def test_it_can_be_taken_back_and_left_anew(contacts):
    first = await contacts.leave("web-a", Wanted("0901234567", CallWish.ANY))
    assert (await contacts.cancel("web-a")).reference == first.reference
    assert await contacts.cancel("web-a") is None
    assert (await contacts.leave("web-a", Wanted("0901234567", CallWish.ANY))).reference != first.reference


async def test_somebody_who_erases_the_talk_is_called_all_the_same(contacts, store):
    conversation = await store.open("web")
    contact = await contacts.leave(conversation.rasa_sender, Wanted("0901234567", CallWish.ANY))
    await store.erase(conversation.id)
    (kept,) = await contacts.waiting()
    assert (kept.id, kept.phone) == (contact.id, "0901234567")
    assert await contacts.find(conversation.rasa_sender) is None


async def test_another_unit_does_not_call(contacts):
    contact = await contacts.leave("web-a", Wanted("0901234567", CallWish.ANY))
    with pytest.raises(HandoffStepError):
        await contacts.take(contact.id, Officer("p-xa", "Cán bộ xã", ("26740",)))
