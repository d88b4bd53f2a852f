"""News that may have to be told by a template: kept in the transaction that queues its message."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum

from sqlalchemy import and_, delete, insert, update
from sqlalchemy.engine import Connection

from bot.ops.news import News
from bot.ops.sealing import Sealer
from bot.zalo.tables import AGREEMENT, TEMPLATE


class TemplateState(str, Enum):
    """What became of news. NEEDLESS: its message went out by itself. UNCLEAR: Zalo may have told it; never again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    NEEDLESS = "needless"
    GIVEN_UP = "given_up"
    UNCLEAR = "unclear"


def keep_news(
    connection: Connection,
    user_id: str,
    conversation_id: str | None,
    seq: int,
    news: News,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Keep the news that message `seq` is."""
    row = {
        "user_id": user_id,
        "conversation_id": conversation_id,
        "seq": seq,
        "kind": news.kind.value,
        "fields": sealer.seal(json.dumps(dict(news.fields), ensure_ascii=False)),
        "state": TemplateState.WAITING.value,
        "made_at": now,
        "due_at": now,
    }
    connection.execute(insert(TEMPLATE).values(**row))


def forget_templates(connection: Connection, user_id: str) -> None:
    """Drop what is known of a citizen; what was paid stays, without them."""
    connection.execute(delete(AGREEMENT).where(AGREEMENT.c.user_id == user_id))
    mine = TEMPLATE.c.user_id == user_id
    connection.execute(delete(TEMPLATE).where(and_(mine, TEMPLATE.c.price.is_(None))))
    nobody = {"user_id": "", "fields": None, "message_id": None}
    connection.execute(update(TEMPLATE).where(mine).values(**nobody))
