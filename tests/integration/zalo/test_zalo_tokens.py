"""Tokens: refreshed in time, by one process, never lost but where it cannot be helped, and then said so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, text

from bot.errors import SealBrokenError, ZaloDownError, ZaloRefusedError, ZaloTokenError
from bot.ops.sealing import Sealer
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.zalo.client import ZaloClient, ZaloHosts
from bot.zalo.oauth import OAuth, Pair, challenge_of, new_verifier
from bot.zalo.tokens import Tokens
from tests.fixtures.zalo_server import APP_ID, APP_SECRET

pytestmark = pytest.mark.asyncio


@pytest.fixture
def make_tokens(database_url, zalo, clock):
    migrate(database_url)
    opened = []

    def make(owner="one", key=b"key"):
        database = Database(make_engine(database_url))
        opened.append(database)
        oauth = OAuth(zalo.url, APP_ID, APP_SECRET)
        return Tokens(lambda: database, oauth, Sealer(key, "zalo-token"), clock, APP_ID, owner)

    yield make
    for database in opened:
        database.close()


@pytest_asyncio.fixture
async def tokens(make_tokens, zalo):
    made = make_tokens()
    await made.put(Pair(zalo.access, zalo.refresh))
    return made


async def test_a_fresh_token_is_used_as_it_is(tokens, zalo):
    assert await tokens.current() == zalo.access
    assert zalo.refreshes == 0


async def test_it_is_refreshed_before_its_end_once_by_many(tokens, make_tokens, zalo, clock):
    zalo.slow = 0.2
    clock.pass_by(hours=21)
    others = [make_tokens(f"process {number}") for number in range(4)]
    found = await asyncio.gather(*(one.current() for one in [tokens, *others] for _ in range(5)))
    assert set(found) == {zalo.access}
    assert zalo.refreshes == 1
    assert zalo.faults == []
    assert (await tokens.state()).generation == 2


async def test_a_refused_token_is_replaced_and_the_call_made_again(tokens, zalo):
    zalo.access = "access-other"  # as if it had been removed there
    zalo.interacted["7"] = 9e9
    client = ZaloClient(ZaloHosts(zalo.url, zalo.url, zalo.url), tokens)
    sent = await client.send("7", {"text": "Chào anh/chị"})
    await client.close()
    assert sent.message_id
    assert zalo.refreshes == 1


async def test_another_process_newer_token_is_taken_without_a_refresh(tokens, make_tokens, zalo):
    old = await tokens.current()
    await make_tokens("two").renew(old)
    assert await tokens.renew(old) == zalo.access
    assert zalo.refreshes == 1


async def test_a_refresher_that_died_before_it_asked_is_followed_by_the_next(tokens, zalo, database_url, clock):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        until = clock.now() + timedelta(hours=21, seconds=30)
        claim = text("UPDATE zalo_token SET refresher = 'dead', refreshing_until = :until")
        connection.execute(claim, {"until": until.strftime("%Y-%m-%d %H:%M:%S.%f+00:00")})
    engine.dispose()
    clock.pass_by(hours=21, minutes=2)
    assert await tokens.current() == zalo.access
    assert zalo.refreshes == 1


async def test_a_lost_answer_is_said_to_be_the_end_and_the_old_token_serves_on(tokens, zalo, clock):
    clock.pass_by(hours=21)
    old = zalo.access
    zalo.refresh_fault = "drop_after"  # spent there, never stored here
    assert await tokens.current() == old
    zalo.refresh_fault = None
    clock.pass_by(minutes=2)
    with pytest.raises(ZaloTokenError):
        await tokens.current()  # refused: -14014
    state = await tokens.state()
    assert state.dead_code == -14014
    assert await tokens.current() == old  # while it lives
    clock.pass_by(hours=5)
    with pytest.raises(ZaloTokenError):
        await tokens.current()
    assert len([fault for fault in zalo.faults if fault[0] == -14014]) == 1  # never tried in a loop


async def test_a_new_consent_ends_the_dead_state(tokens, zalo, clock):
    zalo.refresh_fault = -14014
    clock.pass_by(hours=21)
    with pytest.raises(ZaloTokenError):
        await tokens.current()
    zalo.refresh_fault = None
    verifier = new_verifier()
    zalo.codes["code-1"] = verifier
    oauth = OAuth(zalo.url, APP_ID, APP_SECRET)
    await tokens.put(await oauth.exchange("code-1", verifier))
    assert await tokens.current() == zalo.access
    assert (await tokens.state()).dead_at is None
    with pytest.raises(ZaloRefusedError):
        await oauth.exchange("code-1", verifier)  # a code is used once


async def test_zalo_away_is_no_end(tokens, zalo, clock):
    clock.pass_by(hours=21)
    await zalo.stop()
    assert await tokens.current() == "access-0"
    await zalo.start()


async def test_secrets_are_sealed_in_the_database(tokens, make_tokens, zalo, database_url):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM zalo_token")).one()
    engine.dispose()
    assert zalo.access not in str(tuple(row))
    assert zalo.refresh not in str(tuple(row))
    with pytest.raises(SealBrokenError):
        await make_tokens(key=b"another").current()


async def test_without_consent_there_is_no_token(make_tokens):
    with pytest.raises(ZaloTokenError):
        await make_tokens().current()


async def test_a_wrong_secret_key_is_no_refusal_of_the_token(make_tokens, zalo, clock):
    made = make_tokens()
    made._oauth = OAuth(zalo.url, APP_ID, "wrong")
    await made.put(Pair(zalo.access, zalo.refresh))
    clock.pass_by(hours=21)
    assert await made.current() == zalo.access
    assert (await made.state()).dead_at is None
    with pytest.raises(ZaloDownError):
        await made.renew(zalo.access)


def test_the_challenge_goes_with_the_verifier():
    assert len(new_verifier()) == 43
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
