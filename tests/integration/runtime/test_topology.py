"""The topology of deploy/ on this machine: nginx, two hubs, two Rasas, two action servers, jobs, PostgreSQL, Redis.

One start for all of it, which takes most of the time. Then in order: both hubs by WebSocket, one turn's name in the
logs of every process, what nginx keeps from the public, a rolling restart under talk.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import aiohttp
import pytest
from sqlalchemy import text

from bot.rasa_runtime.model_files import find_current_model
from bot.store.engine import make_engine
from knowledge.settings import ROOT
from tests.fixtures.web_widget import Closed, Widget
from tools.topology import MOST_CONNECTIONS, NGINX, Topology

pytestmark = pytest.mark.timeout(300)
TALKERS, FEWEST = 4, 3
ACTORS, RASAS = ("actions-1", "actions-2"), ("rasa-1", "rasa-2")
RESTARTED = ("hub-1", "hub-2")  # with "rasa-1" it holds as well, and takes a minute more on a busy machine
NO_SKIP = os.environ.get("MOTCUA_TEST_NO_SKIP")
TEXTS = itertools.cycle(("xin chào", "cảm ơn bạn", "đăng ký khai sinh cần giấy tờ gì"))


@pytest.fixture(scope="module")
def topology(tmp_path_factory):
    model = find_current_model(ROOT, ROOT / "models")
    if not NO_SKIP and (NGINX is None or model is None):
        pytest.skip("needs nginx (apt-get install nginx-light) and a trained model (make train)")
    folder = tmp_path_factory.mktemp("topology")
    changes = {}
    if (ROOT / "var" / "catalogue.db").is_file():  # made by `make catalogue`: building it anew takes longest
        (folder / "data").mkdir()
        copy_database(ROOT / "var" / "catalogue.db", folder / "data" / "catalogue.db")
        shutil.copytree(ROOT / "var" / "index", folder / "data" / "index")
        changes["MOTCUA_CATALOGUE_URL"] = f"sqlite:///{folder / 'data' / 'catalogue.db'}"
    topology = Topology(folder, changes=changes, make_catalogue=not changes)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
                patch.delenv(name)  # what tests of the same process have set for all of their session
            topology.start()
        yield topology
    finally:
        topology.stop()


def copy_database(source, target):
    """With what its write-ahead log holds."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


def logged(topology, name):
    lines = topology.nodes[name].log.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def failed_actions(topology, rasa):
    return [line for line in logged(topology, rasa) if line["event"].startswith("Failed to run custom action")]


async def test_a_message_sent_at_one_hub_shows_at_the_other(topology, session):
    here = Widget(session, f"http://127.0.0.1:{topology.hub_ports[0]}")
    await here.enter()
    there = Widget(session, f"http://127.0.0.1:{topology.hub_ports[1]}")
    await there.enter(token=here.token)
    await here.say("đăng ký khai sinh cần giấy tờ gì")
    answer = await here.until("assistant", timeout=20)
    seen = await there.until("assistant", timeout=10)
    assert seen["content"] == answer["content"]
    assert seen["content"]["answer"]["outcome"] == "answered_procedure"
    for widget in (here, there):
        await widget.close()


async def test_a_turn_has_one_name_in_every_process(topology, session):
    widget = Widget(session, topology.url)
    await widget.enter()
    await widget.say("tra cứu hồ sơ H29.12-261102-0001 số điện thoại 0912345678")
    await widget.until("assistant", timeout=20)
    await widget.say("5678")
    await widget.until("assistant", timeout=20)
    await widget.close()
    hubs = [line for hub in ("hub-1", "hub-2") for line in logged(topology, hub)]
    turns = {line["turn"] for line in hubs if line["event"] == "turn_answered"}
    acted = [line for actor in ACTORS for line in logged(topology, actor)]
    looked_up = {line["turn"] for line in acted if line["event"] == "case_looked_up"}
    assert looked_up
    assert looked_up <= turns
    for node in topology.nodes.values():
        if node.log.is_file():
            assert "0912345678" not in node.log.read_text("utf-8")


async def test_what_is_for_operators_is_not_for_the_public(topology, session):
    bearer = {"Authorization": f"Bearer {topology.token}"}
    for path in ("/metrics", "/readyz", "/readyz/traffic"):
        async with session.get(topology.url + path, headers=bearer) as response:
            assert response.status == 404, path
    names = {"hub": topology.hub_ports, "rasa": topology.rasa_ports, "actions": topology.action_ports}
    for name, ports in names.items():
        for port in ports:
            async with session.get(f"http://127.0.0.1:{port}/metrics", headers=bearer) as response:
                assert response.status == 200, name
                text = await response.text()
            async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
                assert response.status == 404, name
            assert "motcua_" in text
    stages = []
    for port in (*topology.rasa_ports, *topology.action_ports, *topology.hub_ports):
        async with session.get(f"http://127.0.0.1:{port}/metrics", headers=bearer) as response:
            stages += [line for line in (await response.text()).splitlines() if "motcua_stage_seconds_count" in line]
    for stage in ("turn", "assistant", "understanding", "action"):
        assert any(f'stage="{stage}"' in line and not line.endswith(" 0.0") for line in stages), stage


async def test_postgres_takes_as_many_connections_as_all_of_them_may_open(topology):
    engine = make_engine(topology.env["MOTCUA_DATABASE_URL"])
    with engine.connect() as connection:
        assert connection.execute(text("SHOW max_connections")).scalar() == str(MOST_CONNECTIONS)
    engine.dispose()


async def test_an_action_server_that_hangs_holds_nobody_up(topology, session):
    """The kernel goes on taking connections for it: only what Rasa asks beside the call tells that it is gone."""
    before = {rasa: len(failed_actions(topology, rasa)) for rasa in RASAS}  # of the start, before there were any
    widget = Widget(session, topology.url)
    await widget.enter()
    for actor in ACTORS:  # whichever of the two a call would go to
        os.killpg(topology.nodes[actor].process.pid, signal.SIGSTOP)
        try:
            await widget.say("đăng ký khai sinh cần giấy tờ gì")
            answer = await widget.until("assistant", timeout=15)
        finally:
            os.killpg(topology.nodes[actor].process.pid, signal.SIGCONT)
        assert answer["content"]["answer"]["outcome"] == "answered_procedure"
    assert {rasa: len(failed_actions(topology, rasa)) for rasa in RASAS} == before
    assert any(line["event"] == "action_server_away" for rasa in RASAS for line in logged(topology, rasa))
    await widget.close()


def test_the_jobs_give_a_sign_of_life(topology):
    assert time.time() - (topology.folder / "data" / "jobs.alive").stat().st_mtime < 60


async def test_redis_gone_for_a_while_loses_nothing(topology, session):
    widget = Widget(session, topology.url)
    await widget.enter()
    topology.nodes["redis"].stop()
    await widget.say("xin chào")
    await widget.until("system", timeout=20)  # told once that the answer comes later
    topology.nodes["redis"].start()
    await widget.until("assistant", timeout=40)
    roles = [role for _, role, _ in widget.transcript()]
    assert roles == ["citizen", "system", "assistant"]
    await widget.close()


async def talk(session, url, number, done, over):
    """A citizen whose widget comes back and sends again, as the real one does; returns what was sent."""
    widget, sent = Widget(session, url), []
    await widget.enter()
    for turn in itertools.count():
        if over.is_set() and turn >= FEWEST:
            break
        text = f"{next(TEXTS)} {number} {turn}"
        client_id = f"{number:08}-0000-4000-8000-{turn:012}"
        sent.append(text)
        for _ in range(60):
            try:
                await widget.say(text, client_id)
                await widget.until("assistant", timeout=25)
                break
            except (Closed, aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, RuntimeError):
                widget = await come_back(session, url, widget)
                if answered(widget, text):
                    break
        else:
            raise AssertionError("never answered")
        done.append((number, turn))
        await asyncio.sleep(1.5)  # below what one person may write
    return widget.token, sent


async def talked_on(done, until):
    """However fast a hub is back, what is said after it is part of it."""
    while len(done) < until:  # noqa: ASYNC110 - several talkers write to it
        await asyncio.sleep(0.1)


async def come_back(session, url, old):
    for _ in range(100):
        widget = Widget(session, url)
        try:
            await widget.enter(token=old.token, after=0)
            await widget.quiet(0.3)
            return widget
        except (Closed, aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, AssertionError):
            await asyncio.sleep(0.2)
    raise AssertionError("no hub to come back to")


def answered(widget, text):
    said = [(role, words) for _, role, words in widget.transcript()]
    place = next((i for i, line in enumerate(said) if line == ("citizen", text)), None)
    return place is not None and any(role == "assistant" for role, _ in said[place + 1 :])


async def test_rolling_restart_loses_and_doubles_nothing(topology, session):
    done, over = [], asyncio.Event()
    talks = [asyncio.create_task(talk(session, topology.url, number, done, over)) for number in range(TALKERS)]
    await asyncio.wait_for(talked_on(done, TALKERS), 60)  # all are in the middle of it
    restarted = {}
    for name in RESTARTED:
        restarted[name] = await asyncio.to_thread(topology.restart, name)
        await asyncio.wait_for(talked_on(done, len(done) + TALKERS), 60)
    over.set()
    for token, sent in await asyncio.gather(*talks):
        reader = Widget(session, topology.url)
        await reader.enter(token=token, after=0)
        await reader.quiet(1.0)
        transcript = reader.transcript()
        assert [words for _, role, words in transcript if role == "citizen"] == sent
        assert [seq for seq, _, _ in transcript] == list(range(1, len(transcript) + 1))
        replies = [role for _, role, _ in transcript]
        for place, role in enumerate(replies):
            if role == "citizen":
                assert "assistant" in replies[place + 1 : place + 4], transcript
        await reader.close()
    print("turns:", len(done), "restarted in seconds:", restarted)
