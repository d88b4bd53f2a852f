"""A copy of what a petition holds of one person: their own words and data, what the city told them; nobody else's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.petitions.models import EventKind
from bot.petitions.store import Role, history_of, party_by_code, petition_row
from bot.petitions.tables import RATING
from bot.petitions.telling import petition_wording
from bot.privacy.finding import Entry
from bot.privacy.words import privacy_wording

_OF_ALL = frozenset({EventKind.ANSWERED.value, EventKind.REFUSED.value})
"""Whose words everybody behind a petition may read."""
_OF_OWNER = frozenset({EventKind.ASKED.value, EventKind.REMINDED.value})
_INSIDE = frozenset({EventKind.CONTACT_SEEN.value, EventKind.JOINED.value, EventKind.LEFT.value, EventKind.NOTE.value})
"""Steps that speak of others, or of officers' own work; a person's own of them are shown."""


def entries_of(connection: Connection, code: str) -> dict[str, list[Entry]]:
    """Return class → entries of the person whose receipt bears `code`; empty where nothing of them is left."""
    party = party_by_code(connection, code)
    if party is None or not party.contact_value:
        return {}
    row, is_owner = petition_row(connection, party.petition_id), party.role == Role.OWNER.value
    own = (
        ("code", party.code),
        ("name", party.name),
        ("contact", party.contact_value),
        ("content", row.content if is_owner else party.content),
        ("wish", row.wish if is_owner else ""),
        ("unit_said", row.unit_said if is_owner else ""),
        ("case_code", row.case_code if is_owner else ""),
        ("paper", row.paper if is_owner else ""),
        ("procedure", row.procedure_title),
        ("unit", row.unit_name),
        ("consent", party.consent),
        ("photos", len(row.attachments or ()) if is_owner else 0),
    )
    found = [Entry(party.joined_at, _say(key, value=value)) for key, value in own if value]
    steps = [_step(event) for event in history_of(connection, row.id) if _is_theirs(event, party, is_owner)]
    rated = connection.execute(select(RATING).where(RATING.c.party_id == party.id).order_by(RATING.c.rated_at))
    return {"petition": [*found, *steps, *(_rating(row) for row in rated)]}


def _rating(row: Any) -> Entry:
    said = privacy_wording()(f"rated.{row.rating}")
    return Entry(row.rated_at, _say("rating", value=said, reason=row.reason or "–"))


def _is_theirs(event: Row, party: Row, is_owner: bool) -> bool:
    if event.party_id is not None:
        return bool(event.party_id == party.id)
    return event.kind not in _INSIDE and (is_owner or event.kind not in _OF_OWNER)


def _step(event: Any) -> Entry:
    """Officers' notes on a transfer are the offices' own; answers, questions and a person's own words are theirs."""
    told = event.text and (event.party_id is not None or event.kind in _OF_ALL | _OF_OWNER)
    what = petition_wording()(f"event.{event.kind}")
    return Entry(event.at, _say("said", what=what, text=event.text) if told else _say("step", what=what))


def _say(key: str, **facts: object) -> str:
    return privacy_wording()(f"copy.{key}", **facts)
