"""What somebody asks at the desk: found by every key, told where it belongs, an erasure only after its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.petitions.tables import PARTY
from bot.privacy import holds
from bot.privacy.desk_requests import DeskRequests
from bot.privacy.models import RequestKind, RequestState
from bot.privacy.person_keys import KeyKind, read_key
from bot.privacy.person_search import MOST, PersonSearch
from bot.referrals.tables import REFERRAL
from bot.staff.tables import STAFF_TRY
from bot.store.tries import Tries
from knowledge.working_days import load_calendar
from tests.integration.privacy.conftest import CANARY, USER, fill


@pytest.fixture
def search(database, clock):
    return PersonSearch(lambda: database, clock, Tries(b"key", STAFF_TRY, "person"))


@pytest.fixture
def at_desk(database, clock, desk):
    return DeskRequests(lambda: database, clock, load_calendar(), desk)


async def told_in(database, conversation_id):
    mine = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation_id).order_by(MESSAGE.c.seq)
    return [row.content["text"] for row in await database.run(lambda c: c.execute(mine).all())]


async def test_every_reference_leads_to_the_conversation_and_its_linked_one(search, known, database, at_desk):
    who = await known()
    await database.write(lambda c: c.execute(update(PARTY).values(contact_kind="phone", contact_value="0912345678")))
    asked, _ = await at_desk.about_petition(RequestKind.PETITION_SEE, "PA-2611-000001")
    feedback = await database.run(lambda c: c.exec_driver_sql("SELECT reference FROM feedback").scalar())
    keys = [
        (KeyKind.PETITION, "PA-2611-000001"),
        (KeyKind.REFERENCE, "GL-AAAAAA"),
        (KeyKind.REFERENCE, "HT 482-137-2"),
        (KeyKind.REFERENCE, feedback),
        (KeyKind.REFERENCE, asked.receipt),
        (KeyKind.CONTACT, "0912345678"),
        (KeyKind.ZALO, USER),
        (KeyKind.CONVERSATION, who.id),
        (KeyKind.CONVERSATION, "request-1"),
    ]
    for kind, key in keys * 2:  # more than so many wrong ones may be
        found = await search.find(kind, key, "admin")
        assert [(one.id, one.linked) for one in found.conversations] == [(who.id, False), (who.web_id, True)], key
        assert [(one.code, one.has_person) for one in found.petitions] == [("PA-2611-000001", True)], key
        assert found.petitions[0].requests[0].receipt == asked.receipt
        counts = {part.name: part.count for part in found.conversations[0].held}
        assert counts["contact"] == counts["referral"] == counts["feedback"] == counts["petition"] == 1
        assert CANARY not in repr(found)
        assert "0912345678" not in repr(found)
    assert not (await search.find(KeyKind.CONTACT, "0912345679", "admin")).known


async def test_a_hold_and_what_is_beyond_the_most_are_said(search, known, database, clock):
    who = await known()
    await database.write(holds.place, "contact", "thanh tra yêu cầu giữ", "Quản trị", clock.now())

    def many(connection):
        for number in range(MOST + 5):
            row = {"id": f"more-{number}", "channel": "web", "status": "assistant", "rasa_sender": f"s-{number}"}
            row |= {"created_at": clock.now(), "updated_at": clock.now(), "last_seq": 0, "token_version": 1}
            connection.execute(insert(CONVERSATION).values(**row))
            fill(connection, REFERRAL, id=f"r-{number}", sender=f"s-{number}", phone="0912345678", key=f"k-{number}")

    await database.write(many)
    found = await search.find(KeyKind.CONTACT, "0912345678", "admin")
    assert found.more
    assert len(found.conversations) == MOST
    (mine,) = (await search.find(KeyKind.ZALO, USER, "admin")).conversations[:1]
    assert (mine.id, [one.name for one in mine.holds]) == (who.id, ["contact"])


async def test_an_erasure_from_the_desk_waits_a_day_unless_the_chat_says_it_again(
    at_desk, erasures, database, clock, desk, store
):
    first, second = await store.open("web"), await store.open("web")
    for one in (first, second):
        made, new = await at_desk.about_conversation(RequestKind.ERASE, one.id)
        assert new
        assert made.receipt in (await told_in(database, one.id))[0]
    clock.pass_by(hours=23)
    assert await erasures.carry_out() == {}
    again = await desk.ask_erasure(second.rasa_sender)
    assert again.act_after == clock.now() + timedelta(minutes=1)
    clock.pass_by(minutes=2)
    assert await erasures.carry_out() == {"erased": 1}
    clock.pass_by(hours=1)
    assert (await erasures.carry_out())["erased"] == 1
    with pytest.raises(PrivacyStepError):
        await at_desk.about_conversation(RequestKind.SEE, first.id)


async def test_a_withdrawal_is_done_and_told_and_a_wrong_kind_refused(at_desk, known, database):
    who = await known()
    done, _ = await at_desk.about_conversation(RequestKind.WITHDRAW, who.id)
    assert done.kind is RequestKind.WITHDRAW
    assert done.receipt in (await told_in(database, who.id))[-1]
    for kind, name in ((RequestKind.WITHDRAW, who.id), (RequestKind.PETITION_SEE, who.id), (RequestKind.SEE, "none")):
        with pytest.raises(PrivacyStepError):
            await at_desk.about_conversation(kind, name)
    with pytest.raises(PrivacyStepError):
        await at_desk.about_petition(RequestKind.ERASE, "PA-2611-000001")


async def test_a_petition_whose_conversation_is_gone_can_still_be_asked_for(
    at_desk, known, database, store, erasures, desk, clock
):
    who = await known()
    await database.write(lambda c: c.execute(update(PARTY).values(contact_value="0912345678")))
    await desk.ask_erasure(who.sender)
    clock.pass_by(hours=1)
    assert (await erasures.carry_out())["erased"] == 1
    made, new = await at_desk.about_petition(RequestKind.PETITION_ERASE, "PA-2611-000001")
    assert (made.conversation_id, made.state, new) == (None, RequestState.WAITING, True)
    assert await at_desk.about_petition(RequestKind.PETITION_ERASE, "PA-2611-000001") == (made, False)


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (KeyKind.CONTACT, "(+84) 912.345.678", "0912345678"),
        (KeyKind.CONTACT, "Ba.Nguyen@Example.com ", "ba.nguyen@example.com"),
        (KeyKind.CONTACT, "0912345678 hoặc 0987654321", ""),
        (KeyKind.REFERENCE, "gl aaaaaa", "GL-AAAAAA"),
        (KeyKind.REFERENCE, "ht482137 2", "HT 482-137-2"),
        (KeyKind.REFERENCE, "HT 482-137-3", ""),
        (KeyKind.CONVERSATION, "43343B71-98BC-4420-B017-3086F7609FA5", "43343b71-98bc-4420-b017-3086f7609fa5"),
        (KeyKind.ZALO, "0912 345 678", ""),
        (KeyKind.PETITION, "PA-2611-000001", ""),
    ],
)
def test_keys_are_read_as_they_are_typed(kind, text, key):
    assert read_key(kind, text) == key
