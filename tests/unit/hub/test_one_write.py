"""Head and body go out together, and nothing else about a request or an answer is another one."""

from __future__ import annotations

import asyncio
from asyncio.selector_events import _SelectorSocketTransport

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.channels.bounded_socket import BoundedWebSocket
from bot.ops.one_write import LARGEST, OneWriteRequest, send_in_one

LONG = b"x" * (LARGEST + 1)


@pytest.fixture
def event_loop_policy():
    """asyncio's own loop, whatever another test of the process has left: its transport can be listened in to."""
    return asyncio.DefaultEventLoopPolicy()


@pytest.fixture
def writes(monkeypatch):
    """Every piece that is handed to the network, by either side."""
    found, write = [], _SelectorSocketTransport.write

    def noted(self, data):
        found.append(bytes(data))
        return write(self, data)

    monkeypatch.setattr(_SelectorSocketTransport, "write", noted)
    return found


async def echo(request):
    return web.Response(body=await request.read())


async def nothing(_request):
    return web.Response(status=204)


async def slowly(request):
    response = web.StreamResponse()
    await response.prepare(request)
    for piece in (b"one", b"two"):
        await response.write(piece)
    return response


async def three(request):
    socket = BoundedWebSocket()
    await socket.prepare(request)
    if not socket.put(["một", "y" * 200, "z" * 70_000]):
        await socket.drained()
    await socket.close()
    return socket


@pytest.fixture
async def server():
    app = web.Application(client_max_size=4 * LARGEST)
    app.on_response_prepare.append(send_in_one)
    app.router.add_post("/echo", echo)
    app.router.add_get("/nothing", nothing)
    app.router.add_get("/slowly", slowly)
    app.router.add_get("/three", three)
    async with TestServer(app) as running:
        yield running


@pytest.fixture
async def client():
    async with aiohttp.ClientSession(request_class=OneWriteRequest) as session:
        yield session


async def test_a_short_question_and_its_answer_are_one_write_each(writes, server, client):
    for words in (b'{"text": "a"}', b'{"text": "b"}'):  # over one connection
        del writes[:]
        async with client.post(server.make_url("/echo?a=%C3%A0"), data=words, headers={"X-One": "1"}) as response:
            assert await response.read() == words
        assert len(writes) == 2
        assert writes[0].startswith(b"POST /echo?a=%C3%A0 HTTP/1.1\r\n")
        assert b"X-One: 1\r\n" in writes[0]
        assert all(piece.endswith(b"\r\n\r\n" + words) for piece in writes)
        assert all(b"Content-Length: 13\r\n" in piece for piece in writes)


@pytest.mark.parametrize("body", [b"", LONG])
async def test_other_bodies_arrive_as_they_are(server, client, body):
    async with client.post(server.make_url("/echo"), data=body) as response:
        assert await response.read() == body


async def test_answers_without_a_body_and_in_pieces_are_not_held_back(server, client):
    async with client.get(server.make_url("/nothing")) as response:
        assert (response.status, await response.read()) == (204, b"")
    async with client.get(server.make_url("/slowly")) as response:
        assert await response.read() == b"onetwo"
    form = aiohttp.FormData()
    form.add_field("file", b"content", filename="a.txt")
    async with client.post(server.make_url("/echo"), data=form) as response:
        assert b"content" in await response.read()


async def test_a_connection_that_is_kept_is_found_closed(server, client):
    async with client.post(server.make_url("/echo"), data=b"a", headers={"Connection": "close"}) as response:
        assert await response.read() == b"a"
    async with client.post(server.make_url("/echo"), data=b"b") as response:
        assert await response.read() == b"b"


async def test_who_does_not_answer_in_time_is_given_up(client):
    async def silent(_reader, _writer):
        await asyncio.sleep(5)

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    timeout = aiohttp.ClientTimeout(total=0.2)
    with pytest.raises(asyncio.TimeoutError):
        await client.post(f"http://127.0.0.1:{port}/", data=b"a", timeout=timeout)
    listener.close()


async def test_frames_that_come_together_are_one_write(writes, server, client):
    async with client.ws_connect(server.make_url("/three")) as socket:
        received = [(await socket.receive()).data for _ in range(3)]
    assert received == ["một", "y" * 200, "z" * 70_000]
    together = [piece for piece in writes if "một".encode() in piece]
    assert len(together) == 1
    assert b"y" * 200 in together[0]
    assert b"z" * 70_000 in together[0]


@pytest.mark.parametrize("given", [{}, {"Content-Type": "application/json", "User-Agent": "one", "Accept": "two"}])
@pytest.mark.parametrize("left_out", [[], ["Content-Type", "User-Agent"]])
@pytest.mark.parametrize("body", [None, b"", b'{"text": "a"}', LONG])
async def test_the_head_is_what_aiohttp_makes_of_it(given, left_out, body):
    made = [
        kind("POST", URL("http://rasa:5005/a?b=%C3%A0"), headers=given, skip_auto_headers=left_out, data=body)
        for kind in (aiohttp.ClientRequest, OneWriteRequest)
    ]
    ours, theirs = ([*one.headers.items()] for one in made)
    assert ours == theirs
