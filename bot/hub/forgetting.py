"""What else knows a conversation, and forgets it in the transaction that erases it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.approval.rows import erase_approval
from bot.desk.verdicts import erase_desk
from bot.hub.conversations import add_messages
from bot.hub.feedback_effects import erase_feedback
from bot.hub.handoff_effects import erase_handoff
from bot.hub.models import Draft, Role
from bot.hub.officer_files import erase_files
from bot.hub.photos import erase_pending
from bot.hub.tables import CONVERSATION
from bot.links.rows import erase_links, find_link
from bot.links.words import link_wording
from bot.reports.facts import erase_facts

LINKED = "zalo_linked"
"""In the content of a message of the web: how it stands with the link from now on; the widget's menu follows it."""


def part_and_tell(connection: Connection, conversation_id: str, at: datetime) -> None:
    """End the link of an erased conversation, and tell the one on the other channel, where nothing was erased."""
    link = find_link(connection, conversation_id)
    erase_links(connection, conversation_id, at)
    other_id = link.other(conversation_id) if link is not None else None
    alive = (CONVERSATION.c.id == other_id, CONVERSATION.c.erased_at.is_(None))
    if link is None or connection.execute(update(CONVERSATION).where(*alive).values(updated_at=at)).rowcount == 0:
        return
    on_web = other_id == link.web_id
    mark = {LINKED: False} if on_web else {}
    said = Draft({"text": link_wording()(f"{'web' if on_web else 'zalo'}.ended"), **mark})
    add_messages(connection, str(other_id), Role.SYSTEM, (said,), at)


FORGETTING = (
    erase_facts,
    erase_feedback,
    erase_pending,
    erase_handoff,
    erase_desk,
    erase_approval,
    erase_files,
    part_and_tell,
)
