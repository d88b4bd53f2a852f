"""A hub's figures on SQLite and PostgreSQL: read with the token, true, and there also while the database is away."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from bot.jobs.tables import JOB
from bot.ops.clock import SystemClock
from bot.ops.metrics import READ_ON_ASKING
from bot.settings import Settings
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.web import build_app
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure
from tests.fixtures.fake_rasa import FakeRasa
from tests.fixtures.promtool import promtool
from tests.fixtures.web_widget import Widget

TOKEN = "a token for figures"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def hub(tmp_path, database_url):
    rasa = FakeRasa()
    await rasa.start()
    settings = Settings.from_env(
        {
            "MOTCUA_DATA_DIR": str(tmp_path / "data"),
            "MOTCUA_DATABASE_URL": database_url,
            "MOTCUA_TRACKER_URL": f"sqlite:///{tmp_path / 'data' / 'tracker.db'}",
            "MOTCUA_RASA_URL": rasa.url,
            "MOTCUA_METRICS_TOKEN": TOKEN,
        }
    )
    migrate(database_url)
    catalogue = CatalogueStore(settings.catalogue.catalogue_url)
    catalogue.create()
    catalogue.write([procedure()], Origin.CURATED)
    runner = web.AppRunner(build_app(settings), shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", rasa, runner
    await runner.cleanup()
    await rasa.stop()


async def figures(session, url):
    async with session.get(f"{url}/metrics", headers=BEARER) as response:
        assert response.status == 200
        text = await response.text()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found, text


async def test_figures_of_a_hub_that_has_answered(hub, database_url):
    url = hub[0]
    engine = make_engine(database_url)
    now = SystemClock().now()
    with engine.begin() as connection:
        connection.execute(insert(JOB).values(name="old_job", ended_at=now, succeeded_at=now, result={"error": "X"}))
    engine.dispose()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/metrics") as response:
            assert response.status == 404
        before, _ = await figures(session, url)
        widget = Widget(session, url)
        await widget.enter()
        await widget.say("tôi là Nguyễn Văn Bí Mật 0912345678")
        await widget.until("assistant")
        found, text = await figures(session, url)
        await widget.close()
    turns = ("motcua_turns_total", (("channel", "web"), ("outcome", "other")))
    assert found[turns] == before.get(turns, 0) + 1
    assert found["motcua_connections", (("kind", "web"),)] >= 1
    assert found["motcua_database_up", ()] == 1
    assert found["motcua_job_failed", (("job", "old_job"),)] == 1
    assert found["motcua_job_last_success_seconds", (("job", "old_job"),)] == pytest.approx(now.timestamp(), abs=1)
    assert found["motcua_catalogue_records", ()] == 1
    assert found["motcua_catalogue_age_seconds", ()] < 3600
    assert "0912" not in text
    assert "Bí Mật" not in text
    checked = promtool("check", "metrics", given=text)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = {name for name, _ in found}
    missing = {one.name for one in READ_ON_ASKING} - names
    assert missing <= {"motcua_zalo_token_until_seconds", "motcua_zalo_token_dead"}


async def test_a_database_that_is_away_is_told_and_nothing_breaks(hub, monkeypatch):
    url = hub[0]
    from sqlalchemy.exc import OperationalError

    from bot.monitoring import exposition

    def away(*_):
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(exposition, "read_figures", away)
    async with aiohttp.ClientSession() as session:
        found, _ = await figures(session, url)
    assert found["motcua_database_up", ()] == 0
    assert ("motcua_pending_turns", ()) not in found
    assert found["motcua_disk_size_bytes", ()] > 0


async def test_health_says_which_component_fails_and_traffic_needs_the_database_only(hub):
    url, rasa, _ = hub
    rasa.ready_status = 503
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/readyz") as response:
            assert (response.status, await response.json()) == (503, {"database": True, "assistant": False})
        async with session.get(f"{url}/readyz/traffic") as response:
            assert (response.status, await response.json()) == (200, {"database": True})
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 200
