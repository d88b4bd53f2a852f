"""What comes of a question when Rasa, or what stands before it, answers strangely or not at all."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import AssistantDownError
from bot.hub.rasa_client import RasaClient

BODY = json.dumps([{"text": "Chào"}]).encode()
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\n\r\n" + BODY


class Peer:
    """Takes questions, answers each with the next of `answers`; None: not at all. After b"" it hangs up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.heads, self.bodies, self.connections = [], [], 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                self.bodies.append(await reader.readexactly(length))
                self.heads.append(head)
                answer = self.answers.pop(0)
                if answer is None:
                    await reader.read()  # until whoever asked gives up
                    return
                for piece in answer if isinstance(answer, list) else [answer]:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.01)
                if not answer or answer is UNTIL_THE_END:
                    return
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def asking(peer, user="", path="/", **options):
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    client = RasaClient(f"http://{user}127.0.0.1:{server.sockets[0].getsockname()[1]}{path}", **options)
    try:
        yield client
    finally:
        await client.close()
        server.close()
        while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE,
        CHUNKED,
        UNTIL_THE_END,
        [WHOLE[:9], WHOLE[9:45], WHOLE[45:]],
        [CHUNKED[:30], CHUNKED[30:60], CHUNKED[60:]],
        b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE,
    ],
)
async def test_an_answer_is_read_however_it_is_sent(answer):
    peer = Peer(answer, WHOLE)
    async with asking(peer) as client:
        assert await client.ask("s", "đường", {"turn": "t"}) == [{"text": "Chào"}]
        assert await client.ask("s", "hai", {}) == [{"text": "Chào"}]
    assert json.loads(peer.bodies[0]) == {"sender": "s", "message": "đường", "metadata": {"turn": "t"}}
    assert peer.heads[0].startswith(b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nContent-Type: application/json\r\n" in peer.heads[0]
    assert peer.connections == (2 if answer is UNTIL_THE_END else 1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "timeout"),
        ([WHOLE[:50], b""], "timeout"),
        (b"", "broken"),
        (b"what is this\r\n\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n[{]}", "reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "reply"),
        (b"HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n", "status"),
    ],
)
async def test_what_is_no_answer_is_told_by_its_reason_and_the_next_question_is_answered(answer, reason):
    peer = Peer(answer, WHOLE)
    async with asking(peer, answer_timeout=aiohttp.ClientTimeout(total=0.3)) as client:
        with pytest.raises(AssistantDownError) as raised:
            await client.ask("s", "một", {})
        assert raised.value.context["reason"] == reason
        assert await client.ask("s", "hai", {}) == [{"text": "Chào"}]


async def test_a_process_that_dies_in_the_midst_of_its_answer_is_told():
    async with asking(Peer([WHOLE[:-3]])) as client:
        with pytest.raises(AssistantDownError) as raised:
            await client.ask("s", "một", {})
    assert raised.value.context["reason"] == "broken"


async def test_an_answer_from_elsewhere_is_fetched_there():
    elsewhere = b"HTTP/1.1 308 Elsewhere\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    peer = Peer(elsewhere, elsewhere, WHOLE)
    async with asking(peer) as client:
        assert await client.ask("s", "một", {}) == [{"text": "Chào"}]
    assert peer.heads[2].startswith(b"POST /there HTTP/1.1\r\n")
    assert peer.bodies[2] == peer.bodies[0]


async def test_nobody_there_is_told():
    server = await asyncio.start_server(Peer().serve, "127.0.0.1", 0)
    client = RasaClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    server.close()
    await server.wait_closed()
    with pytest.raises(AssistantDownError) as raised:
        await client.ask("s", "một", {})
    await client.close()
    assert raised.value.context["reason"] == "refused"


async def test_who_stops_waiting_does_not_leave_the_answer_to_the_next():
    peer = Peer([b"", *WHOLE.partition(b"\r\n")], WHOLE.replace("Chào".encode("ascii", "backslashreplace"), b"Hai"))
    async with asking(peer) as client:
        first = asyncio.create_task(client.ask("s", "một", {}))
        while not peer.bodies:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await client.ask("s", "hai", {})
    assert peer.connections == 2


async def test_an_address_may_have_a_path_and_a_password():
    peer = Peer(WHOLE, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull")
    async with asking(peer, user="a:b@", path="/rasa") as client:
        await client.ask("s", "một", {})
        await client.forget("web:a/b ?")
    assert peer.heads[0].startswith(b"POST /rasa/webhooks/rest/webhook HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Basic YTpi\r\n" in peer.heads[0]
    assert peer.heads[1].startswith(b"POST /rasa/conversations/web:a%2Fb%20%3F/tracker/events HTTP/1.1\r\n")
