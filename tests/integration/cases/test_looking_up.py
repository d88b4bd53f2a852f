"""Proof first; tries counted over restarts and processes; nothing told of what is not one's own."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta

import pytest

from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.models import LookUpKind
from bot.cases.service import CaseService
from bot.cases.tables import CASE_TRY
from bot.ops.case_codes import find_case_codes
from bot.ops.logging import bind_turn
from bot.store.tries import CODE, PAIR, PERSON, Tries
from tests.fixtures.case_system import NOWHERE, STATES

TODAY = date(2026, 11, 26)
CODE_4 = STATES[4]


def code_of(text):
    return find_case_codes(text, TODAY)[0].code


MINE = code_of(CODE_4)


@pytest.mark.parametrize("proof", ["5678", " 56 78 ", "k7px", "K7PX "])
async def test_the_phones_last_four_digits_or_the_receipts_key_prove_it(cases, proof):
    found = await cases.look_up(MINE, proof, "an")
    assert found.kind is LookUpKind.FOUND
    assert found.status.code == CODE_4


@pytest.mark.parametrize(
    "proof", ["", "5677", "678", "0912345678", "12345678", "k7p", "\x00", "5678 or 1=1", "K7PXX", "٥٦٧٨"]
)
async def test_another_proof_shows_nothing(cases, proof):
    found = await cases.look_up(MINE, proof, "an")
    assert (found.kind, found.status) == (LookUpKind.NOT_PROVEN, None)


async def test_a_code_without_a_dossier_looks_like_a_wrong_proof(cases):
    wrong = await cases.look_up(MINE, "0000", "an")
    nowhere = await cases.look_up(code_of(NOWHERE), "0000", "binh")
    assert wrong == nowhere


async def test_a_unit_that_no_system_serves_looks_like_that_too(cases):
    elsewhere = code_of("H15.50-261102-0001")
    assert not cases.serves(elsewhere)
    assert (await cases.look_up(elsewhere, "0000", "an")).kind is LookUpKind.NOT_PROVEN


async def test_after_five_wrong_tries_there_is_a_pause_that_even_the_right_proof_waits_for(cases, clock):
    for left in (4, 3, 2, 1, 0):
        assert (await cases.look_up(MINE, "0000", "an")).tries_left == left
    paused = await cases.look_up(MINE, "5678", "an")
    assert paused.kind is LookUpKind.TOO_MANY_TRIES
    assert paused.again_at == clock.now() + PAIR.pause
    assert (await cases.look_up(MINE, "5678", "binh")).kind is LookUpKind.FOUND
    clock.pass_by(minutes=31)
    assert (await cases.look_up(MINE, "5678", "an")).kind is LookUpKind.FOUND


async def test_a_right_proof_clears_the_wrong_ones(cases):
    for _ in range(4):
        await cases.look_up(MINE, "0000", "an")
    await cases.look_up(MINE, "5678", "an")
    assert (await cases.look_up(MINE, "0000", "an")).tries_left == 4


async def test_the_count_outlives_a_restart_and_is_shared_between_processes(cases, operations, clock, system):
    for _ in range(5):
        await cases.look_up(MINE, "0000", "an")
    gateway = CityGateway(CitySystem("CITY", system.url, "secret"))
    other = CaseService(Gateways([Route("H29", gateway)]), operations, Tries(b"key", CASE_TRY, "case"), clock)
    assert (await other.look_up(MINE, "5678", "an")).kind is LookUpKind.TOO_MANY_TRIES
    await other.close()


async def test_tries_made_at_once_are_all_counted(cases, system):
    found = await asyncio.gather(*(cases.look_up(MINE, f"{number:04}", "an") for number in range(30)))
    kinds = [item.kind for item in found]
    assert kinds.count(LookUpKind.NOT_PROVEN) == PAIR.failures
    assert kinds.count(LookUpKind.TOO_MANY_TRIES) == 25
    assert len(system.asked) == PAIR.failures


async def test_one_person_cannot_try_many_codes(cases):
    kinds = [(await cases.look_up(code_of(f"H29.12-261101-{number:04}"), "0000", "an")).kind for number in range(40)]
    assert kinds.count(LookUpKind.NOT_PROVEN) == PERSON.failures


async def test_many_persons_cannot_try_one_code(cases, clock):
    kinds = [(await cases.look_up(MINE, f"{number:04}", f"person {number}")).kind for number in range(40)]
    assert kinds.count(LookUpKind.NOT_PROVEN) == CODE.failures
    clock.pass_by(seconds=CODE.pause.total_seconds() + 1)
    assert (await cases.look_up(MINE, "5678", "owner")).kind is LookUpKind.FOUND


@pytest.fixture
def turn():
    """`turn("3f2a9c11-4")`: what follows belongs to that message of a citizen's, asked again or not."""
    yield bind_turn
    bind_turn("")


async def test_a_message_that_is_asked_again_after_a_fault_is_one_try(cases, turn):
    for number, left in enumerate((4, 3, 2, 1)):
        turn(f"3f2a9c11-{2 * number}")
        for _ in range(3):
            assert (await cases.look_up(MINE, "0000", "an")).tries_left == left
    turn("3f2a9c11-9")
    assert (await cases.look_up(MINE, "5678", "an")).kind is LookUpKind.FOUND


async def test_a_right_proof_that_is_asked_again_makes_no_room_for_guesses(cases, turn):
    turn("3f2a9c11-1")
    for _ in range(4):
        assert (await cases.look_up(MINE, "5678", "an")).kind is LookUpKind.FOUND
    turn("")
    kinds = [(await cases.look_up(code_of(f"H29.12-261101-{number:04}"), "0000", "an")).kind for number in range(40)]
    assert kinds.count(LookUpKind.NOT_PROVEN) == PERSON.failures


async def test_a_message_that_met_a_system_away_costs_a_try_when_it_is_asked_again(cases, system, turn):
    turn("3f2a9c11-1")
    system.misbehave("500")
    for _ in range(3):
        assert (await cases.look_up(MINE, "0000", "an")).kind is LookUpKind.SYSTEM_DOWN
    system.misbehave("")
    for _ in range(2):
        assert (await cases.look_up(MINE, "0000", "an")).tries_left == 4


async def test_a_system_that_is_away_costs_no_try(cases, system):
    system.misbehave("500")
    for _ in range(6):
        assert (await cases.look_up(MINE, "5678", "an")).kind is LookUpKind.SYSTEM_DOWN
    system.misbehave("")
    assert (await cases.look_up(MINE, "0000", "an")).tries_left == 4


async def test_a_thousand_codes_tried_tell_nothing(cases, system):
    """Half of the codes exist; what is answered must not depend on it, whoever asks."""
    answers = set()

    async def try_one(number):
        code = code_of(STATES[1 + number % 10]) if number % 2 else code_of(f"H29.12-261103-{number:04}")
        answers.add(repr(await cases.look_up(code, "0001", f"person {number}"))[:40])

    for first in range(0, 1000, 20):
        await asyncio.gather(*map(try_one, range(first, first + 20)))
    told = {answer for answer in answers if "FOUND" in answer or "status=C" in answer}
    assert told == set()


async def test_look_ups_are_logged_by_hash(cases, caplog):
    with caplog.at_level(logging.INFO, "motcua"):
        await cases.look_up(MINE, "5678", "an")
        await cases.look_up(MINE, "0000", "an")
    lines = [record.__dict__["facts"] for record in caplog.records if record.getMessage() == "case_looked_up"]
    assert [line["kind"] for line in lines] == ["found", "not_proven"]
    assert lines[0]["case"] == lines[1]["case"]
    assert CODE_4 not in str(lines)
    assert "5678" not in str(lines)


async def test_counts_that_are_over_are_dropped(cases, operations, clock):
    tries = Tries(b"key", CASE_TRY, "case")
    await cases.look_up(MINE, "0000", "an")
    assert await operations().write(tries.forget, clock.now()) == 0
    assert await operations().write(tries.forget, clock.now() + timedelta(days=2)) == 3
