"""The hub tells a citizen of a step that an officer took with a command, and says it once over restarts."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from aiohttp import web
from sqlalchemy import insert, select

from bot.hub.tables import CONVERSATION, MESSAGE
from bot.services import build_case_services
from bot.settings import Settings
from bot.web import build_app
from tests.fixtures.petitions import draft

PATIENCE = 60


class Noon:
    def now(self):
        return datetime(2026, 11, 26, 5, tzinfo=timezone.utc)


async def run_hub(settings, count, wanted):
    runner = web.AppRunner(build_app(settings, Noon()), shutdown_timeout=1.0)
    await runner.setup()
    try:
        for _ in range(PATIENCE):
            if await count() >= wanted:
                break
            await asyncio.sleep(0.1)
    finally:
        await runner.cleanup()


async def test_an_answer_reaches_the_conversation_once(tmp_path):
    settings = Settings.from_env({"MOTCUA_DATA_DIR": str(tmp_path), "MOTCUA_SECRET": "test"})
    services = build_case_services(settings, Noon())
    row = {"id": "one", "channel": "web", "status": "assistant", "rasa_sender": "web-1", "token_version": 1}
    moments = {"created_at": Noon().now(), "updated_at": Noon().now()}
    await services.operations().write(lambda c: c.execute(insert(CONVERSATION).values(**row, **moments, last_seq=0)))
    receipt = await services.petitions.lodge(draft())
    await services.petition_parts.desk.answer(receipt.code, "Lê Văn C", "Kết quả đã có, mời anh/chị tới nhận.")

    async def said():
        query = select(MESSAGE.c.content, MESSAGE.c.payload)
        return await services.operations().run(lambda connection: connection.execute(query).all())

    async def count():
        return len(await said())

    await run_hub(settings, count, 1)
    await run_hub(settings, count, 2)
    (told,) = await said()
    assert "Kết quả đã có" in told.content["text"]
    assert told.payload == [f'/ask_petition{{"petition_code": "{receipt.code}"}}']
    await services.close()
