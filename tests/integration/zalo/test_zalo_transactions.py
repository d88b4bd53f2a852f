"""What a turn on Zalo asks of the database: each transaction that writes waits for the disk."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels import zalo_intake
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo import carrying
from bot.zalo.events import read_body
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME = "246845883529197922"
WRITES = ["_take_in", "_hear", "_end", "_complete", "_sent"]
LOOKS = {"<lambda>", "_changed_since", "_newest", "_began", "_claim", "all_held", "_last_seqs", "_standings", "_oldest"}
"""What is looked for every second or five, whoever talks."""


@pytest.fixture
def asked(monkeypatch):
    """(way, name) of each transaction, looks aside."""
    found = []
    ways = {way: getattr(Database, way) for way in ("run", "write")}

    def recording(way):
        async def call(self, work, *args):
            if work.__name__ not in LOOKS:
                found.append((way, work.__name__))
            return await ways[way](self, work, *args)

        return call

    for way in ways:
        monkeypatch.setattr(Database, way, recording(way))
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_turn_writes_five_times_and_reads_nothing(start_zalo_hub, zalo, http, asked):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: len(zalo.sent) >= 2)
        await asyncio.sleep(0.2)
        del asked[:]
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: len(zalo.sent) >= 3)
        await until(lambda: sum(way == "write" for way, _ in asked) >= len(WRITES))
        writes = sorted(name for way, name in asked if way == "write")
        reads = {name for way, name in asked if way == "run"}
    assert writes == sorted(WRITES)
    assert reads == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_just_sealed_or_stored_is_not_opened_or_read_again(start_zalo_hub, zalo, http, monkeypatch):
    again = []
    opened, read = Sealer.open, carrying.messages_after
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: len(zalo.sent) >= 2)
        await asyncio.sleep(0.2)
        monkeypatch.setattr(Sealer, "open", lambda self, sealed: again.append("opened") or opened(self, sealed))
        monkeypatch.setattr(carrying, "messages_after", lambda *args: again.append("read") or read(*args))
        monkeypatch.setattr(zalo_intake, "read_body", lambda body: again.append("parsed") or read_body(body))
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: len(zalo.sent) >= 3)
    assert zalo.texts_to(ME)[-1] == "Trả lời: hai"
    assert again == []
