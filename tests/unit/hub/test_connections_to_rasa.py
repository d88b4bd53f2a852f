"""Which connections the hub asks Rasa over: kept, since each costs, but for a few questions only."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.hub.least_busy import SERVED_BY
from bot.hub.rasa_client import ASKED_OVER_ONE, RasaClient


async def test_a_hub_does_not_stay_with_one_rasa_for_good():
    ports = []

    async def answer(request):
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.json_response([{"text": "Chào"}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    async with TestServer(app) as server:
        client = RasaClient(str(server.make_url("")))
        for number in range(5 * ASKED_OVER_ONE):
            await client.ask("s", f"câu {number}", {})
        await client.close()
    assert len(set(ports)) == 5
    assert ports == sorted(ports, key=ports.index)  # one after the other, each as often as the next
    assert {ports.count(port) for port in ports} == {ASKED_OVER_ONE}


class TwoProcesses:
    """Behind one port: the first two connections are held by "a", all others by "b". Answers wait where told to."""

    def __init__(self):
        self.asked = []
        self.gates = {}
        self._ports = []

    async def answer(self, request):
        port = request.transport.get_extra_info("peername")[1]
        if port not in self._ports:
            self._ports.append(port)
        who = "a" if self._ports.index(port) < 2 else "b"
        words = (await request.json())["message"]
        self.asked.append((words, who))
        if words in self.gates:
            await self.gates[words].wait()
        return web.json_response([{"text": "Chào"}], headers={SERVED_BY: who})

    def who(self, words):
        return dict(self.asked)[words]


async def until(true):
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def test_who_has_the_fewest_questions_is_asked():
    rasa = TwoProcesses()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", rasa.answer)
    async with TestServer(app) as server:
        client = RasaClient(str(server.make_url("")))
        rasa.gates = {words: asyncio.Event() for words in ("1", "2", "3", "dài")}
        asking = []
        for words in ("1", "2", "3"):  # three connections: a, a, b
            asking.append(asyncio.create_task(client.ask("s", words, {})))
            await until(lambda words=words: words in dict(rasa.asked))
        for words in ("3", "2", "1"):  # b comes free first, so an a would be taken next
            rasa.gates[words].set()
            await asking[int(words) - 1]
        long = asyncio.create_task(client.ask("s", "dài", {}))
        await until(lambda: "dài" in dict(rasa.asked))
        await client.ask("s", "ngắn", {})
        assert (rasa.who("dài"), rasa.who("ngắn")) == ("a", "b")
        rasa.gates["dài"].set()
        await long
        await client.ask("s", "sau cùng", {})
        assert rasa.who("sau cùng") == "a"  # both are free: the connection that came free last
        await client.close()
