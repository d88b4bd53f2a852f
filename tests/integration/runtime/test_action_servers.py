"""Two action servers: which one a call goes to while the other is away, hangs, is slow, or dies in the middle."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from rasa.utils.endpoints import ClientResponseError

from bot.rasa_runtime.action_servers import ActionServers, Patience
from bot.rasa_runtime.observing import QUESTION, components, name_turn, own_up
from tools.topology import free_port

QUICK = Patience(look=0.1, answer=0.2, misses=2, pause=0.1)


class Acting:
    """An action server: `answer` runs for each call; what was called is kept."""

    def __init__(self, name, answer=None):
        self.name, self.called, self._answer = name, [], answer

    async def act(self, request):
        self.called.append(await request.json())
        if self._answer is not None:
            return await self._answer(request)
        return web.json_response({"by": self.name})

    async def health(self, _request):
        return web.json_response({"status": "ok"})


@asynccontextmanager
async def running(acting, port=None):
    app = web.Application()
    app.router.add_post("/webhook", acting.act)
    app.router.add_get("/health", acting.health)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = port or free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def asking(*urls):
    servers = ActionServers(urls, QUICK)
    try:
        yield servers
    finally:
        await servers.close()


async def call(servers, number=1):
    return await servers.request(method="post", json={"number": number}, timeout=300, compress=False)


async def test_calls_go_to_whoever_has_the_fewest():
    async def slowly(_request):
        await asyncio.sleep(0.05)
        return web.json_response({})

    one, two = Acting("one", slowly), Acting("two", slowly)
    async with running(one) as here, running(two) as there, asking(here, there) as servers:
        await asyncio.gather(*(call(servers, number) for number in range(10)))
    assert len(one.called) == len(two.called) == 5


async def test_a_server_that_is_away_is_left_for_the_next_and_used_again_when_it_is_back():
    two, port = Acting("two"), free_port()
    async with running(two) as there, asking(f"http://127.0.0.1:{port}/webhook", there) as servers:
        for number in range(4):
            assert await call(servers, number) == {"by": "two"}
        assert [said["number"] for said in two.called] == [0, 1, 2, 3]
        one = Acting("one")
        async with running(one, port):
            while servers.servers[0].away:  # noqa: ASYNC110 - the test's own time limit ends it
                await asyncio.sleep(0.02)
            assert {(await call(servers))["by"] for _ in range(4)} == {"one", "two"}


async def test_who_is_closed_looks_for_nobody_and_takes_all_to_live():
    """Rasa calls actions before it forks: in a worker nobody would look whether they are back."""
    servers = ActionServers((f"http://127.0.0.1:{free_port()}/webhook",))
    with pytest.raises(aiohttp.ClientConnectionError):
        await call(servers)
    assert [server.away for server in servers.servers] == [True]
    await servers.close()
    assert [server.away for server in servers.servers] == [False]
    assert servers._looks == set()


async def test_a_server_that_hangs_is_left_soon():
    two = Acting("two")
    with socket.create_server(("127.0.0.1", 0)) as hung:  # the kernel takes connections, nobody answers
        url = f"http://127.0.0.1:{hung.getsockname()[1]}/webhook"
        async with running(two) as there, asking(url, there) as servers:
            assert await asyncio.wait_for(call(servers), 3) == {"by": "two"}
            assert servers.servers[0].away
            assert await asyncio.wait_for(call(servers), 0.5) == {"by": "two"}


async def test_the_last_server_is_waited_for_however_late_it_is():
    """Two that were just started are busy with themselves: who left both would have no answer for anybody."""

    async def slowly(_request):
        await asyncio.sleep(1.5)
        return web.json_response({"by": "late"})

    class Busy(Acting):
        async def health(self, request):
            await asyncio.sleep(1.5)
            return await super().health(request)

    two = Busy("two", slowly)
    away = f"http://127.0.0.1:{free_port()}/webhook"
    async with running(two) as late, asking(away, late) as servers:
        assert await call(servers) == {"by": "late"}
    assert len(two.called) == 1


async def test_a_slow_action_of_a_living_server_runs_once():
    async def slowly(_request):
        await asyncio.sleep(1.5)  # longer than a hanging server is waited for
        return web.json_response({"by": "slow"})

    one, two = Acting("one", slowly), Acting("two", slowly)
    async with running(one) as here, running(two) as there, asking(here, there) as servers:
        assert await call(servers) == {"by": "slow"}
    assert len(one.called) + len(two.called) == 1


async def test_a_server_that_dies_in_the_middle_is_left_for_the_next():
    async def die(request):
        request.transport.abort()
        return web.Response()

    one, two = Acting("one", die), Acting("two")
    async with running(one) as here, running(two) as there, asking(here, there) as servers:
        assert await call(servers) == {"by": "two"}
    assert one.called == two.called == [{"number": 1}]


async def test_what_a_server_says_is_not_asked_elsewhere():
    async def decline(_request):
        return web.json_response({"error": "not now", "action_name": "small_decline"}, status=400)

    one, two = Acting("one", decline), Acting("two", decline)
    async with running(one) as here, running(two) as there, asking(here, there) as servers:
        with pytest.raises(ClientResponseError) as refused:
            await call(servers)
    assert json.loads(refused.value.text)["action_name"] == "small_decline"
    assert len(one.called) + len(two.called) == 1


async def test_where_none_answers_rasa_is_told_as_by_its_own():
    one, two = (f"http://127.0.0.1:{free_port()}/webhook" for _ in range(2))
    for urls in ((one,), (one, two)):
        async with asking(*urls) as servers:
            with pytest.raises(aiohttp.ClientConnectionError):
                await call(servers)


async def test_rasa_is_ready_while_one_of_them_lives():
    class Part:
        async def retrieve(self, _sender):
            return None

        def check(self):
            return None

    class Agent:
        tracker_store = lock_store = Part()

        def is_ready(self):
            return True

    away = f"http://127.0.0.1:{free_port()}/webhook"
    assert (await components(Agent(), (away,)))["action_server"] is False
    with socket.create_server(("127.0.0.1", 0)) as hung:
        hangs = f"http://127.0.0.1:{hung.getsockname()[1]}/webhook"
        async with running(Acting("one")) as here:
            assert (await components(Agent(), (away, hangs, here)))["action_server"] is True


async def test_a_turn_whose_action_ran_nowhere_is_not_taken_for_an_answer(tiny_model):
    """Rasa says nothing and 200; the hub would apologise instead of asking again."""
    from bot.rasa_runtime.conversation import Conversations

    asked = SimpleNamespace(path=QUESTION, json={"metadata": {}})
    async with asking(f"http://127.0.0.1:{free_port()}/webhook") as servers:
        talk = Conversations.load(tiny_model, actions=servers)
        await name_turn(asked)
        assert await own_up(asked, None) is None
        assert await talk.say("a", "xin chào") == []
        assert (await own_up(asked, None)).status == 503
        assert await own_up(SimpleNamespace(path="/readyz"), None) is None
        await name_turn(asked)  # the next question on the same connection
        assert await own_up(asked, None) is None


async def test_a_call_does_not_carry_the_domain(tiny_model):
    from bot.rasa_runtime.conversation import Conversations

    one = Acting("one")
    async with running(one) as here, asking(here) as servers:
        await Conversations.load(tiny_model, actions=servers).say("a", "xin chào")
    assert [said["next_action"] for said in one.called if "domain" not in said] == ["tiny_greet"]
