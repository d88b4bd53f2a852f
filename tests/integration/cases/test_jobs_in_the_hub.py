"""The hub runs the jobs: a change of a followed dossier is said in the conversation, and the switch turns them off."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from aiohttp import web
from sqlalchemy import insert, select

from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import city_date
from bot.services import build_case_services
from bot.settings import Settings
from bot.web import build_app

CODE = "H29.12-261102-0004"
PATIENCE = 30


class Noon:
    def now(self):
        return datetime(2026, 11, 26, 5, tzinfo=timezone.utc)


@pytest.fixture
def settings(tmp_path):
    return Settings.from_env(
        {"MOTCUA_DATA_DIR": str(tmp_path), "MOTCUA_SECRET": "test", "MOTCUA_CASE_GATEWAYS": "sample"}
    )


async def follow_what_has_changed_since(settings):
    """A conversation that follows a dossier of which it knows an older state."""
    services = build_case_services(settings, Noon())

    def open_conversation(connection):
        row = {"id": "one", "channel": "web", "status": "assistant", "rasa_sender": "web-one", "token_version": 1}
        connection.execute(
            insert(CONVERSATION).values(**row, last_seq=0, created_at=Noon().now(), updated_at=Noon().now())
        )

    await services.operations().write(open_conversation)
    (found,) = find_case_codes(CODE, city_date(Noon().now()))
    record, _ = await services.cases.read(found.code)
    await services.follows.begin("web-one", replace(record.status, due_on=None))
    return services


async def messages(services):
    rows = await services.operations().run(lambda connection: connection.execute(select(MESSAGE.c.content)).all())
    return [row.content for row in rows]


async def run_hub(settings, services, wanted):
    runner = web.AppRunner(build_app(settings, Noon()), shutdown_timeout=1.0)
    await runner.setup()
    try:
        for _ in range(PATIENCE):
            if len(await messages(services)) >= wanted:
                break
            await asyncio.sleep(0.1)
    finally:
        await runner.cleanup()


@pytest.mark.asyncio
async def test_a_change_is_said_once_over_restarts(settings):
    services = await follow_what_has_changed_since(settings)
    await run_hub(settings, services, wanted=1)
    await run_hub(replace(settings, jobs=True), services, wanted=1)
    (said,) = await messages(services)
    assert CODE in said["text"]
    assert "Hẹn trả ngày" in said["text"]
    assert "dữ liệu mẫu" in said["text"]
    await services.close()


@pytest.mark.asyncio
async def test_nothing_runs_where_the_jobs_are_off(settings):
    services = await follow_what_has_changed_since(settings)
    await run_hub(replace(settings, jobs=False), services, wanted=1)
    assert await messages(services) == []
    await services.close()


def test_the_switch_knows_two_words():
    with pytest.raises(Exception, match="MOTCUA_JOBS"):
        Settings.from_env({"MOTCUA_JOBS": "maybe"})
