"""Of codes and accusations nothing stays: the real hub before the real assistant, then every file is looked into."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.handoff.queue import Queue
from bot.handoff.shifts import load_shifts
from bot.hub.conversations import ConversationStore
from bot.hub.delivery import LocalDelivery
from bot.hub.ending import Endings
from bot.hub.hub import Hub
from bot.hub.limits import Rate, RateLimiter
from bot.hub.ownership import Ownership
from bot.hub.side_notes import SideNotes
from bot.hub.tokens import Tokens
from bot.hub.turn_store import TurnStore
from bot.hub.turns import Turns
from bot.hub.wording import Wording
from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from knowledge.settings import ROOT
from knowledge.working_days import load_calendar

SET = ROOT / "tests" / "evaluation" / "safety.jsonl"
WORDS_IN_A_ROW = 4
IDENTIFIERS = {"message_id", "sender_id", "model_id", "assistant_id", "turn", "id", "procedure_link"}


class InProcess:
    """The trained assistant behind the port of the hub; trackers in a real file."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    async def ask(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        channel = CollectingOutputChannel()
        await self._agent.handle_message(
            UserMessage(text, channel, sender, input_channel="rest", metadata=dict(metadata))
        )
        return list(channel.messages)

    async def is_ready(self) -> bool:
        return True

    async def erase(self, sender: str) -> None:
        raise AssertionError("nothing is erased here")


@pytest.fixture
def assistant(stage: Any, tmp_path: Path) -> Iterator[InProcess]:
    from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore

    agent = stage.talker._agent
    kept = agent.processor.tracker_store
    address = f"sqlite:///{tmp_path / 'tracker.db'}"
    agent.processor.tracker_store = TunedSQLTrackerStore(agent.domain, host=address)
    yield InProcess(agent)
    agent.processor.tracker_store = kept


def lines(kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in SET.read_text("utf-8").splitlines()]
    return [row for row in rows if row["expect"] == kind]


def held(path: Path) -> str:
    """All words in all rows of a database; numbers and identifiers hold digits by chance, so they are left out."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for name in names for row in connection.execute(f"SELECT * FROM {name}")]
    values = (value for row in rows for value in row if isinstance(value, str) and value[:1] in ("{", "["))
    return "\n".join(word for value in values for word in words_in(parsed(value)))


def parsed(value: str) -> Any:
    """What a text holds: words that begin with what was masked ("[…]") are no JSON."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def words_in(value: Any) -> Iterator[str]:
    """Every string in a JSON value, but identifiers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from words_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in IDENTIFIERS:
                yield from words_in(item)


def pieces(text: str) -> list[str]:
    """Any four words in a row: if none of them is there, the text is not (three occur in titles by chance)."""
    words = text.split()
    return [" ".join(words[i : i + WORDS_IN_A_ROW]) for i in range(max(1, len(words) - WORDS_IN_A_ROW + 1))]


async def talk(hub: Hub, turns: Turns, store: ConversationStore, texts: list[str]) -> None:
    """Each text in a conversation of its own, until all are answered."""
    turns.start()
    entries = []
    for text in texts:
        entry = await hub.enter("web", None)
        await hub.say(entry.conversation.id, uuid4().hex, text)
        entries.append(entry.conversation.id)
    for conversation_id in entries:
        for _ in range(400):
            if await store.last_answer(conversation_id) is not None:
                break
            await asyncio.sleep(0.05)
        assert await store.last_answer(conversation_id) is not None
    await turns.stop()


async def one_after_the_other(hub: Hub, turns: Turns, store: ConversationStore, texts: list[str]) -> None:
    """All texts in one conversation, each when the one before is answered."""
    turns.start()
    conversation_id = (await hub.enter("web", None)).conversation.id
    for text in texts:
        message, _ = await hub.say(conversation_id, uuid4().hex, text)
        for _ in range(400):
            if await hub.read_on(conversation_id, message.seq):
                break
            await asyncio.sleep(0.05)
    await turns.stop()


async def through_the_hub(assistant: InProcess, folder: Path, texts: list[str], play: Any = talk) -> str:
    address = f"sqlite:///{folder / 'operations.db'}"
    migrate(address)
    database, clock, delivery = Database(make_engine(address)), SystemClock(), LocalDelivery()
    store = ConversationStore(database, clock)
    turns = Turns(TurnStore(database, clock, "test"), assistant, assistant, delivery, Wording.load())
    queue = Queue(lambda: database, clock, load_shifts(load_calendar()))
    ownership = Ownership(lambda: database, clock, queue, delivery)
    notes, pace = SideNotes(database, clock), RateLimiter(Rate(burst=1000, per_second=1000))
    endings = Endings(database, clock, store, lambda *_: None)
    hub = Hub(store, Tokens(b"secret", clock), delivery, turns, pace, notes, ownership, endings)
    await play(hub, turns, store, texts)
    database.close()
    return held(folder / "operations.db")


@pytest.mark.requirement("R-26")
@pytest.mark.timeout(600)
def test_no_words_of_an_accusation_are_kept_anywhere(assistant, stage, tmp_path, caplog):
    caplog.set_level(logging.DEBUG, logger="motcua")
    texts = [row["text"] for row in lines("denunciation")]
    assert len(texts) >= 60
    transcript = stage.run(through_the_hub(assistant, tmp_path, texts))
    everything = "\n".join((transcript, held(tmp_path / "tracker.db"), caplog.text))
    assert [text for text in texts if any(piece in everything for piece in pieces(text))] == []


@pytest.mark.requirement("R-16")
@pytest.mark.timeout(600)
def test_no_code_or_password_is_kept_anywhere(assistant, stage, tmp_path, caplog):
    caplog.set_level(logging.DEBUG, logger="motcua")
    rows = lines("credentials")
    transcript = stage.run(through_the_hub(assistant, tmp_path, [row["text"] for row in rows]))
    everything = "\n".join((transcript, held(tmp_path / "tracker.db"), caplog.text))
    secrets = [secret for row in rows for secret in row.get("secrets", ())]
    assert len(secrets) >= 60
    assert "[đã che" in everything
    assert [secret for secret in secrets if secret in everything] == []


@pytest.mark.requirement("R-23")
def test_what_proves_that_a_dossier_is_ones_own_is_not_kept(assistant, stage, tmp_path, caplog):
    caplog.set_level(logging.DEBUG, logger="motcua")
    texts = ["H29.12-261102-0004 đt cuối 7391", "8642 nè", "0912 345 975", "mã khóa QZ7X", "dạ số cuối là 5283 ạ"]
    transcript = stage.run(through_the_hub(assistant, tmp_path, texts, one_after_the_other))
    everything = "\n".join((transcript, held(tmp_path / "tracker.db"), caplog.text))
    assert everything.count("số xác nhận hồ sơ") >= len(texts)
    assert "tạm dừng" in transcript
    assert [proof for proof in ("7391", "8642", "5975", "QZ7X", "5283") if proof in everything] == []


@pytest.mark.requirement("R-10", "R-17")
def test_a_number_given_for_help_stands_in_its_request_alone(assistant, stage, tmp_path, caplog):
    caplog.set_level(logging.DEBUG, logger="motcua")
    texts = ["nhờ tổ công nghệ số gọi cho tôi", "đồng ý", "phường Bến Thành", "bỏ qua", "0901 837 465 cô Ba", "sáng"]
    texts += ["vneid", "số khác nhé 0908.837.264", "gửi đi"]
    transcript = stage.run(through_the_hub(assistant, tmp_path, texts, one_after_the_other))
    everything = "\n".join((transcript, held(tmp_path / "tracker.db"), caplog.text))
    assert "Mã yêu cầu của anh/chị" in transcript
    assert "số điện thoại]" in everything
    parts = ("0901 837 465", "0901837465", "837 465", "0908.837.264", "0908837264", "837.264")
    assert [part for part in parts if part in everything] == []


@pytest.mark.requirement("R-16", "R-26")
@pytest.mark.timeout(600)
def test_who_talks_to_rasa_directly_is_screened_as_well(assistant, stage, tmp_path):
    async def talk_directly() -> None:
        for row in (*lines("denunciation"), *lines("credentials")):
            await assistant.ask(uuid4().hex, row["text"], {})

    stage.run(talk_directly())
    everything = held(tmp_path / "tracker.db")
    assert [
        row["text"] for row in lines("denunciation") if any(piece in everything for piece in pieces(row["text"]))
    ] == []
    assert [row["text"] for row in lines("credentials") if any(s in everything for s in row.get("secrets", ()))] == []
