"""Which connections the hub asks Rasa over: kept, since each costs, but for a few questions only."""

from __future__ import annotations

from aiohttp import web
from aiohttp.test_utils import TestServer

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
