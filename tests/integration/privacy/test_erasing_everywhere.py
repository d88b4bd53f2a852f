"""Whoever asks for erasure is found in no table afterwards; killed half-way, it goes on; a hold stops it."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, update

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.petitions.retention import PetitionRetention
from bot.petitions.tables import PARTY, PETITION
from bot.privacy import carrying_out
from bot.privacy.erasing import erased_by_halves
from bot.privacy.holds import place, release
from bot.privacy.models import RequestKind, RequestOutcome, RequestState
from bot.zalo.tables import OUTBOX
from tests.integration.privacy.conftest import CANARY, USER, NoPhotos, dump, fill

OF_NOBODY = {"privacy_erased", "privacy_request", "handoff_request", "zalo_template", "approval_answer", "attachment"}
"""They keep the random id of the erased conversation: that something was, when, and what it cost; no content."""


def reflected(connection):
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.tables.values()


async def assistant_forgets(database, conversation_id, clock):
    forgotten = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id).values(forgotten_at=clock.now())
    await database.write(lambda connection: connection.execute(forgotten))


async def test_nothing_in_any_table_leads_to_whoever_was_erased(database, desk, erasures, clock, known):
    me = await known()
    before = await database.run(dump)
    planted = {name for name, rows in before.items() if me.id in rows or me.sender in rows or USER in rows}
    # A table that can name a conversation or a person and is not planted would be shown by nothing.
    names = {"conversation_id", "conversation", "sender", "user_id", "web_id", "zalo_id"}
    can_name = await database.run(lambda c: {t.name for t in reflected(c) if names & set(t.columns.keys())})
    assert can_name - planted == {"privacy_erased", "privacy_request"}  # of the erasure itself
    request = await desk.ask_erasure(me.sender)
    assert await erasures.carry_out() == {}  # it can be taken back for a minute
    clock.pass_by(seconds=61)
    assert await erasures.carry_out() == {"erased": 1}
    after = await database.run(dump)
    assert [name for name, rows in after.items() if CANARY in rows or "0912345678" in rows] == []
    assert [name for name, rows in after.items() if USER in rows] == []
    # A line without content says that it is erased; Rasa's memory is found by it until that is done too.
    assert [name for name, rows in after.items() if me.sender in rows] == ["conversation"]
    led = {name for name, rows in after.items() if me.id in rows}
    assert led == {"conversation", *OF_NOBODY}
    assert "answered_procedure" in after["report_turn"]  # a figure of nobody
    assert "PA-2611-000001" in after["petition_party"]  # an open petition stays
    assert "300" in after["zalo_template"]  # and what was paid, of nobody
    assert "Đã bỏ liên kết với Zalo" in after["message"]  # the other channel is told
    assert await erasures.carry_out() == {"waiting": 1}  # the assistant has not forgotten yet
    await assistant_forgets(database, me.id, clock)
    assert await erasures.carry_out() == {"done": 1}
    (over,) = await desk.listed(with_those_over=True)
    assert (over.receipt, over.state, over.conversation_id) == (request.receipt, RequestState.DONE, None)
    assert await erasures.carry_out() == {}


async def test_killed_half_way_it_is_as_if_nothing_had_begun_and_goes_on(
    database, desk, erasures, clock, known, monkeypatch
):
    me = await known()
    await desk.ask_erasure(me.sender)
    clock.pass_by(seconds=61)
    with monkeypatch.context() as killed:
        killed.setattr(carrying_out.requests, "mark", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            await erasures.carry_out()
    assert CANARY in (await database.run(dump))["message"]  # all or nothing
    assert await erasures.carry_out() == {"erased": 1}
    assert CANARY not in str(await database.run(dump))


async def test_asked_twice_is_asked_once_and_may_be_taken_back(desk, erasures, clock, known, database):
    me = await known()
    first, second = await desk.ask_erasure(me.sender), await desk.ask_erasure(me.sender)
    assert first == second
    assert (await desk.overview(me.sender)).request == first
    assert (await desk.take_back(me.sender)).receipt == first.receipt
    assert await desk.take_back(me.sender) is None
    clock.pass_by(seconds=61)
    assert await erasures.carry_out() == {}
    assert CANARY in (await database.run(dump))["message"]


async def test_the_last_message_reaches_zalo_before_its_reader_is_forgotten(database, desk, erasures, clock, known):
    me = await known()
    await desk.ask_erasure(me.sender)
    clock.pass_by(seconds=61)
    await database.write(lambda connection: connection.execute(update(OUTBOX).values(state="waiting")))
    assert await erasures.carry_out() == {"waiting": 1}
    clock.pass_by(minutes=10)  # Zalo is away for long: what was promised is done
    assert await erasures.carry_out() == {"erased": 1}


async def test_what_is_erased_in_the_window_is_erased_everywhere(store, database, erasures, known):
    me = await known()
    await store.erase(me.id)
    assert await erasures.carry_out() == {"finished": 1}
    after = await database.run(dump)
    assert [name for name, rows in after.items() if me.sender in rows] == ["conversation"]
    assert [name for name, rows in after.items() if USER in rows or CANARY in rows] == []
    assert await erasures.carry_out() == {}


async def test_what_is_erased_everywhere_is_not_looked_at_again(store, database, desk, erasures, clock, known):
    """Also where the version before erased it, which knows no mark: then once more, to set it."""

    def unmark(connection):
        connection.execute(update(CONVERSATION).values(everywhere_at=None))

    async def looked_at():
        return await database.run(erased_by_halves, 100)

    asked = await known()
    await desk.ask_erasure(asked.sender)
    clock.pass_by(seconds=61)
    assert await erasures.carry_out() == {"erased": 1}
    assert await looked_at() == []
    await database.write(unmark)
    assert await looked_at() == [asked.id]
    assert await erasures.carry_out() == {"waiting": 1}
    assert await looked_at() == []


@pytest.mark.parametrize("what", ["conversation", "feedback"])
async def test_a_hold_stops_it_until_it_is_released(what, database, desk, erasures, clock, known):
    me = await known()
    name = me.id if what == "conversation" else what
    with pytest.raises(PrivacyStepError):
        await database.write(place, name, "ngắn", "Chị Lan", clock.now())
    hold = await database.write(place, name, "toà án yêu cầu giữ", "Chị Lan", clock.now())
    assert (await desk.overview(me.sender)).held
    await desk.ask_erasure(me.sender)
    clock.pass_by(seconds=61)
    assert await erasures.carry_out() == {"held": 1}
    assert CANARY in (await database.run(dump))["message"]
    await database.write(release, hold.id, "đã xong vụ việc", "Chị Lan", clock.now())
    assert await erasures.carry_out() == {"erased": 1}


async def test_all_that_is_held_is_shown_for_fifteen_minutes(desk, clock, known):
    me = await known()
    request, secret = await desk.see(me.sender)
    assert (request.kind, request.due_on.isoformat()) == (RequestKind.SEE, "2026-12-06")
    seen = await desk.open(secret)
    assert {"conversation", "case_follow", "petition", "photo", "feedback", "referral", "contact", "zalo"} <= set(
        seen.held
    )
    assert CANARY in str(seen.held)
    assert await desk.open(secret + "x") is None
    clock.pass_by(minutes=2)
    again, newer = await desk.see(me.sender)  # or the same message, asked again after a fault
    assert (again.receipt, len(await desk.listed(with_those_over=True))) == (request.receipt, 1)
    assert await desk.open(secret) is None
    secret = newer
    assert await desk.open(secret)
    clock.pass_by(minutes=16)
    assert await desk.open(secret) is None


async def test_consents_taken_back_end_what_they_allowed(desk, known, database):
    me = await known()
    request, ended = await desk.withdraw(me.sender)
    assert ended == ["case_follow", "contact", "referral", "link", "zalo"]
    assert (request.due_on - request.asked_at.date()).days == 15
    assert await desk.withdraw(me.sender) is None  # said again after a fault, it is no second request
    assert [one.kind for one in await desk.listed(with_those_over=True)] == [RequestKind.WITHDRAW]
    after = await database.run(dump)
    assert "0912345678" not in after["handoff_contact"] + after["referral"]
    assert CANARY in after["message"]  # the conversation goes on


async def test_a_petition_goes_to_a_person_with_the_laws_days(desk, known, database, clock):
    me = await known()
    (request,) = await desk.ask_person(me.sender, RequestKind.PETITION_ERASE)
    assert request.petition_code == "PA-2611-000001"
    assert request.acknowledge_by.isoformat() == "2026-11-30"  # Thursday, two working days on
    assert request.due_on.isoformat() == "2026-12-16"
    assert await desk.ask_person(me.sender, RequestKind.PETITION_ERASE) == [request]
    assert (await desk.acknowledge(request.receipt.lower(), "Chị Lan")).state is RequestState.ACKNOWLEDGED
    over = await desk.done(request.receipt, "Chị Lan", RequestOutcome.KEPT)
    assert (over.conversation_id, over.petition_code, over.by) == (None, None, "Chị Lan")
    with pytest.raises(PrivacyStepError):
        await desk.done(request.receipt, "Chị Lan", RequestOutcome.KEPT)


async def test_a_petition_is_erased_when_a_person_says_so_and_not_while_it_is_open_or_held(
    desk, known, database, clock
):
    me = await known()
    (request,) = await desk.ask_person(me.sender, RequestKind.PETITION_ERASE)
    with pytest.raises(PrivacyStepError) as refused:
        await desk.done(request.receipt, "Chị Lan", RequestOutcome.DONE)
    assert refused.value.context["fault"] == "petition_open"

    end = update(PETITION).values(state="withdrawn", ended_at=clock.now(), answered_by="")
    await database.write(lambda connection: connection.execute(end))
    for name, fault in (("petition", "petition_held"), (me.id, "petition_open")):
        held = await database.write(place, name, "thanh tra yêu cầu giữ", "Chị Lan", clock.now())
        with pytest.raises(PrivacyStepError) as refused:
            await desk.done(request.receipt, "Chị Lan", RequestOutcome.DONE)
        assert refused.value.context["fault"] == fault
        await database.write(release, held.id, "thanh tra đã xong việc", "Chị Lan", clock.now())
    told = "đèn đường hỏng"
    assert told in (await database.run(dump))["petition"]

    await desk.done(request.receipt, "Chị Lan", RequestOutcome.DONE)
    after = await database.run(dump)
    assert told not in after["petition"]
    assert [name for name in after if name.startswith("petition") and CANARY in after[name]] == []
    assert "anonymised" in after["petition_event"]


async def test_a_conversation_that_is_not_in_the_store_has_nothing(desk):
    assert await desk.ask_erasure("terminal") is None
    assert await desk.see("terminal") is None
    assert await desk.withdraw("terminal") is None
    assert (await desk.overview("terminal")).counts == {}


async def test_conversations_are_erased_when_nothing_is_waited_for(store, retention, database, clock, known):
    old = await store.open("web")
    me = await known()  # follows a dossier, waits for an officer, has an open petition
    clock.pass_by(days=91)
    preview = await retention.preview()
    assert preview["conversation"].erased == 2  # the old one, and the web side of the linked pair
    assert await retention.preview() == preview  # nothing was changed
    await database.write(place, "conversation", "kiểm tra nội bộ", "Anh Minh", clock.now())
    held = (await retention.run())["conversation"]
    assert (held.erased, held.held) == (0, True)
    await database.write(release, 1, "kiểm tra xong", "Anh Minh", clock.now())
    report = await retention.run_once_a_day()
    assert report["conversation"].erased == 2
    assert (await store.find(old.id)).erased
    assert not (await store.find(me.id)).erased
    assert await retention.run_once_a_day() is None
    ((_, kept),) = await retention.reports()
    assert kept == report


async def test_a_petition_that_is_closed_keeps_no_conversation(store, retention, database, clock, known):
    me = await known()
    await database.write(
        lambda connection: connection.execute(update(PETITION).values(state="withdrawn", answered_by=""))
    )
    clock.pass_by(days=91)
    assert (await retention.preview())["conversation"].erased == 1  # a dossier is still followed here
    assert not (await store.find(me.id)).erased


async def test_who_joined_a_petition_takes_only_themselves_out(known, database, clock):
    await known()
    joined = {"id": "joined", "petition_id": "petition-1", "code": "PA-JOINED", "role": "supporter", "name": "Ông Hai"}
    retention = PetitionRetention(lambda: database, clock, NoPhotos())

    def end(connection):
        fill(connection, PARTY, key_hash="other", **joined)
        connection.execute(update(PETITION).values(state="withdrawn", ended_at=clock.now(), answered_by=""))
        return retention.forget_asked(connection, "PA-JOINED")

    assert await database.write(end)
    after = await database.run(dump)
    assert "Ông Hai" not in after["petition_party"]
    assert after["petition_party"].count("contact_value-x") == 1, "the owner stays"
    assert "đèn đường hỏng" in after["petition"]
