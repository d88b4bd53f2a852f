"""A ping to somebody who has just left is no error of ours."""

from __future__ import annotations

import asyncio
import gc

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.bounded_socket import BoundedWebSocket


async def gone_while_we_work(request):
    socket = BoundedWebSocket(heartbeat=0.05)
    await socket.prepare(request)
    request.transport.abort()
    await asyncio.sleep(0.15)  # the heartbeat falls due while nobody reads
    return socket


async def test_a_ping_to_a_closed_connection_is_not_a_stray_error():
    strays = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: strays.append(context))
    app = web.Application()
    app.router.add_get("/", gone_while_we_work)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        async with session.ws_connect(server.make_url("/")) as socket:
            await socket.receive()
        await asyncio.sleep(0.2)
    gc.collect()
    await asyncio.sleep(0)
    assert strays == []


async def pinged(request):
    socket = BoundedWebSocket(heartbeat=1.0)  # half of it is how long an answer may take, on a busy machine too
    await socket.prepare(request)
    try:
        await asyncio.wait_for(socket.receive(), 2.2)
    except asyncio.TimeoutError:
        await socket.send_str("still there")
        await socket.close()
    return socket


async def test_who_answers_pings_is_kept_and_who_does_not_is_let_go():
    app = web.Application()
    app.router.add_get("/", pinged)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        async with session.ws_connect(server.make_url("/")) as socket:
            assert (await socket.receive()).data == "still there"
        async with session.ws_connect(server.make_url("/"), autoping=False) as socket:
            received = [await socket.receive(), await socket.receive()]
    assert [one.type for one in received] == [aiohttp.WSMsgType.PING, aiohttp.WSMsgType.CLOSED]
