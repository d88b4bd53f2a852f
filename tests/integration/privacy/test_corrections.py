"""What a citizen has put right: found only in their own conversation, compared, applied, undone, told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.errors import PrivacyStepError
from bot.handoff.tables import HANDOFF_CONTACT
from bot.hub.tables import MESSAGE
from bot.petitions.correcting import PetitionCorrections
from bot.petitions.tables import PARTY, VIEWER
from bot.privacy.applying import CorrectionSteps, CorrectionTelling
from bot.privacy.corrections import Corrections, HeldIn
from bot.privacy.models import Field, RequestOutcome, RequestState, Right
from bot.privacy.tables import REQUEST
from bot.referrals.tables import REFERRAL
from knowledge.working_days import load_calendar
from tests.integration.privacy.conftest import dump, fill

OLD, NEW = "0912345678", "0987654321"
CODE = "PA-TMR1-3TXF"
PETITION = f"petition:{CODE}"


@pytest.fixture
def corrections(database, clock):
    return Corrections(lambda: database, clock, load_calendar())


@pytest.fixture
def steps(database, clock):
    return CorrectionSteps(lambda: database, clock, PetitionCorrections(lambda value: f"hash of {value[-2:]}"))


@pytest.fixture
async def citizen(known, database):
    who = await known()
    held = {"code": CODE, "name": "Võ Thị Sáu", "contact_kind": "phone", "contact_value": OLD}
    await database.write(lambda c: c.execute(update(PARTY).values(**held)))
    return who


async def told_in(database, conversation_id):
    mine = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation_id).order_by(MESSAGE.c.seq)
    return [row.content["text"] for row in await database.run(lambda c: c.execute(mine).all())]


async def party(database):
    return await database.run(lambda c: c.execute(select(PARTY.c.name, PARTY.c.contact_value)).one())


async def ask(corrections, who, value=NEW, of=Field.PHONE, key=PETITION):
    return (await corrections.ask(who.sender, key, Right(of, value))).request


async def test_only_ones_own_is_listed_and_masked(citizen, corrections, store):
    listed = await corrections.listed(citizen.sender)
    assert [one.held_in for one in listed] == [HeldIn.PETITION, HeldIn.CONTACT, HeldIn.REFERRAL]
    assert listed[0].shown == {Field.NAME: "V… T… S…", Field.PHONE: "…678", Field.EMAIL: ""}
    assert OLD not in str([one.shown for one in listed])
    assert "678" not in repr(listed)
    other = await store.open("web")
    assert await corrections.listed(other.rasa_sender) == []
    for key in (PETITION, "contact:GL-AAAAAA", "referral:HT 482-137-2", f"petition:{OLD}", "contact:none", ""):
        assert await corrections.ask(other.rasa_sender, key, Right(Field.PHONE, NEW)) is None, key


async def test_what_cannot_stand_there_is_not_asked_for(citizen, corrections, database):
    for of, value in (
        (Field.PHONE, "0123"),
        (Field.PHONE, "a@b.vn"),
        (Field.EMAIL, "a@b"),
        (Field.NAME, "x"),
        (Field.NAME, "\u202e\x00"),
        (Field.NAME, "[đã che số giấy tờ]"),
        (Field.AREA, "khu phố 3"),
    ):
        assert await corrections.ask(citizen.sender, PETITION, Right(of, value)) is None, value
    assert await database.run(lambda c: c.execute(select(REQUEST)).all()) == []


async def test_what_was_left_for_a_call_or_a_team_is_corrected_at_once(citizen, corrections, database):
    for key, of, value in (
        ("contact:GL-AAAAAA", Field.PHONE, "+84 987 654 321"),
        ("contact:GL-AAAAAA", Field.NAME, "Anh Út"),
        ("referral:HT 482-137-2", Field.PHONE, NEW),
        ("referral:HT 482-137-2", Field.AREA, "khu phố 5"),
    ):
        asked = await corrections.ask(citizen.sender, key, Right(of, value))
        assert asked.at_once, key
    contact = await database.run(lambda c: c.execute(select(HANDOFF_CONTACT)).one())
    referral = await database.run(lambda c: c.execute(select(REFERRAL)).one())
    assert (contact.phone, contact.name) == (NEW, "Anh Út")
    assert (referral.phone, referral.neighbourhood) == (NEW, "khu phố 5")
    rows = await database.run(lambda c: c.execute(select(REQUEST)).all())
    assert {(row.state, row.outcome, row.right_value, row.conversation_id) for row in rows} == {
        ("done", "done", None, None)
    }
    assert len({row.receipt for row in rows}) == 4


async def test_asked_again_the_last_word_counts_and_it_can_be_taken_back(citizen, corrections, steps, store):
    first = await ask(corrections, citizen, "0987654320")
    looked_at = (await steps.sides([first]))[first.receipt]
    again, name = await ask(corrections, citizen), await ask(corrections, citizen, "Võ Thị Sáu Em", Field.NAME)
    assert (again.receipt, again.right_value) == (first.receipt, NEW)
    assert name.receipt != first.receipt
    with pytest.raises(PrivacyStepError) as refused:
        await steps.apply(first.receipt, "Chị Lan", looked_at.seal)
    assert refused.value.context["fault"] == "changed_meanwhile"
    other = await store.open("web")
    assert await corrections.take_back(other.rasa_sender, first.receipt) is None
    assert (await corrections.take_back(citizen.sender, first.receipt)).receipt == first.receipt
    assert await corrections.take_back(citizen.sender, first.receipt) is None


async def test_applied_with_one_press_told_after_five_minutes_and_nothing_old_is_kept(
    citizen, corrections, steps, database, clock, store
):
    knows = await store.open("web")
    await database.write(
        lambda c: fill(c, VIEWER, party_id="party-1", sender=knows.rasa_sender, follows=False, since=clock.now())
    )
    request = await ask(corrections, citizen)
    sides = (await steps.sides([request]))[request.receipt]
    assert (sides.old, sides.new) == (OLD, NEW)
    made = await steps.apply(request.receipt, "Chị Lan", sides.seal)
    assert (made.state, made.by) == (RequestState.APPLIED, "Chị Lan")
    assert (await party(database)).contact_value == NEW
    telling = CorrectionTelling(lambda: database, clock)
    assert await telling.tell_due() == 0
    assert await corrections.take_back(citizen.sender, request.receipt) is None, "too late for the citizen alone"
    back = await steps.undo(request.receipt, "Chị Lan")
    assert (back.state, (await party(database)).contact_value) == (RequestState.ACKNOWLEDGED, OLD)
    clock.pass_by(minutes=6)
    assert await telling.tell_due() == 0, "undone, so nobody is told"

    await steps.apply(request.receipt, "Chị Lan", sides.seal)
    clock.pass_by(minutes=5)
    assert await telling.tell_due() == 1
    assert await telling.tell_due() == 0
    said = (await told_in(database, citizen.id))[-1]
    assert request.receipt in said
    assert "số liên lạc" in said
    (warned,) = await told_in(database, knows.id)
    assert "Nếu không phải anh/chị đề nghị, gọi 1022" in warned
    row = await database.run(lambda c: c.execute(select(REQUEST)).one())
    assert (row.state, row.outcome, row.right_value, row.old_value) == ("done", "done", None, None)
    for step in (steps.undo(request.receipt, "Chị Lan"), steps.apply(request.receipt, "Chị Lan", sides.seal)):
        with pytest.raises(PrivacyStepError):
            await step
    register = (await database.run(dump))["privacy_request"]
    assert OLD not in register
    assert NEW not in register


async def test_a_correction_by_hand_in_between_is_not_undone_over(citizen, corrections, steps, database):
    request = await ask(corrections, citizen)
    sides = (await steps.sides([request]))[request.receipt]
    await steps.apply(request.receipt, "Chị Lan", sides.seal)
    await database.write(lambda c: c.execute(update(PARTY).values(contact_value="0903000111")))
    with pytest.raises(PrivacyStepError) as refused:
        await steps.undo(request.receipt, "Chị Lan")
    assert refused.value.context["fault"] == "changed_meanwhile"
    assert (await party(database)).contact_value == "0903000111"


async def test_a_petition_without_its_person_is_neither_listed_nor_corrected(citizen, corrections, steps, database):
    request = await ask(corrections, citizen, "Võ Thị Sáu Em", Field.NAME)
    await database.write(lambda c: c.execute(update(PARTY).values(name="", contact_value="")))
    listed = await corrections.listed(citizen.sender)
    assert HeldIn.PETITION not in {one.held_in for one in listed}
    seal = (await steps.sides([request]))[request.receipt].seal
    with pytest.raises(PrivacyStepError) as refused:
        await steps.apply(request.receipt, "Chị Lan", seal)
    assert refused.value.context["fault"] == "nobody_left"
    assert request.due_on - request.asked_at.date() == timedelta(days=10)


async def test_somebodys_number_is_answered_the_same_whether_anything_is_held_or_not(
    citizen, corrections, steps, database, store, desk, erasures, clock
):
    other = await store.open("web")
    for number in (OLD, "0903999888"):
        asked = await corrections.ask(other.rasa_sender, f"claimed:{number}", Right(Field.NAME, "Ai Đó"))
        assert (asked.request.state, asked.at_once) == (RequestState.WAITING, False)
    rows = await database.run(lambda c: c.execute(select(REQUEST)).all())
    assert [(row.old_value, row.right_value) for row in rows] == [("0903999888", "Ai Đó")], "asked twice, asked once"
    assert (await party(database)).name == "Võ Thị Sáu"
    receipt = asked.request.receipt
    (sides,) = (await steps.sides([asked.request])).values()
    assert (sides.claimed, sides.old, sides.new) == (True, "0903999888", "Ai Đó")
    with pytest.raises(PrivacyStepError):
        await steps.apply(receipt, "Chị Lan", sides.seal)
    await desk.acknowledge(receipt, "Chị Lan")
    await desk.done(receipt, "Chị Lan", RequestOutcome.KEPT)
    said = await told_in(database, other.id)
    assert [receipt in text for text in said] == [True, True]
    assert "đã để lại" in said[-1]
    assert "0903999888" not in (await database.run(dump))["privacy_request"]
    assert await corrections.ask(other.rasa_sender, "claimed:12", Right(Field.NAME, "Ai Đó")) is None

    again = await corrections.ask(other.rasa_sender, f"claimed:{OLD}", Right(Field.NAME, "Ai Đó"))
    assert (await corrections.take_back(other.rasa_sender, again.request.receipt)) is not None
    await corrections.ask(other.rasa_sender, f"claimed:{OLD}", Right(Field.NAME, "Ai Đó"))
    await desk.ask_erasure(other.rasa_sender)
    clock.pass_by(minutes=20)
    await erasures.carry_out()
    assert OLD not in (await database.run(dump))["privacy_request"], "nothing of an erased conversation's wish stays"
