"""What is still to be said to citizens of their requests: each word once, however often a job is broken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection

from bot.referrals.models import ReferralState
from bot.referrals.tables import REFERRAL, REFERRAL_WORD
from bot.store.engine import Database
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")
_ASKS_WHETHER = {ReferralState.DONE.value, ReferralState.NOT_REACHED.value}


@dataclass(frozen=True)
class ReferralWord:
    """One word to one conversation. kind: a state, "climbed" or "told"."""

    id: str
    referral_id: str
    sender: str
    kind: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Saying:
    """text, and the buttons under it as (title, payload)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class ReferralWords:
    """Words in the operations store."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    async def waiting(self) -> list[ReferralWord]:
        """Return the words that have not been said, the oldest first."""
        return await self._database().run(_waiting)


def referral_wording() -> Wording:
    """The sentences about requests that jobs and officers read, read once."""
    return load_wording(WORDING_FILE)


def saying_of(word: ReferralWord) -> Saying:
    """Put a word into sentences, with what can be pressed."""
    say, content = referral_wording(), word.content
    facts = {name: content.get(name, "") for name in ("reference", "team", "text")}
    way = say(f"ways.{content['way']}") if content.get("way") else say("ways.chat")
    wish = say(f"wishes.{content['wish']}") if content.get("wish") else say("wishes.any")
    key = word.kind
    if word.kind == ReferralState.DECLINED.value:
        key = f"declined_{content.get('why')}"
    text = say(f"told.{key}", way=way, wish=wish, **facts)
    if word.kind not in _ASKS_WHETHER:
        return Saying(text, _after(word.kind))
    carried = f'"referral_id": "{word.referral_id}"'
    buttons = tuple(
        (say(f"buttons.came_{came}"), f'/tell_referral_came{{"came": "{came}", {carried}}}') for came in ("yes", "no")
    )
    return Saying(text, buttons)


def _after(kind: str) -> tuple[tuple[str, str], ...]:
    say = referral_wording()
    if kind in (ReferralState.EXPIRED.value, ReferralState.DECLINED.value):
        return ((say("buttons.guides"), "/ask_how_to"), (say("buttons.person"), "/request_human"))
    return ((say("buttons.mine"), "/ask_referral"),)


def mark_said(connection: Connection, word_id: str, at: datetime) -> bool:
    """Note that a word is said and forget to whom, in the transaction that stores its message; False if it was."""
    unsaid = and_(REFERRAL_WORD.c.id == word_id, REFERRAL_WORD.c.sent_at.is_(None))
    values = {"sent_at": at, "sender": None}
    return bool(connection.execute(update(REFERRAL_WORD).where(unsaid).values(**values)).rowcount)


def mark_number(connection: Connection, word_id: str, seq: int) -> None:
    """Keep which message a word was: the proof that it was sent."""
    connection.execute(update(REFERRAL_WORD).where(REFERRAL_WORD.c.id == word_id).values(message_seq=seq))


def open_senders(connection: Connection) -> list[str]:
    """Return the conversations that have a request or a draft."""
    query = select(REFERRAL.c.sender).where(REFERRAL.c.sender.isnot(None)).distinct()
    return [row.sender for row in connection.execute(query) if row.sender]


def _waiting(connection: Connection) -> list[ReferralWord]:
    query = (
        select(REFERRAL_WORD)
        .where(REFERRAL_WORD.c.sent_at.is_(None), REFERRAL_WORD.c.sender.isnot(None))
        .order_by(REFERRAL_WORD.c.made_at)
    )
    rows = connection.execute(query)
    return [ReferralWord(row.id, row.referral_id, row.sender, row.kind, row.content or {}) for row in rows]
