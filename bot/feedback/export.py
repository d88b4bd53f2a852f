"""Feedback as rows for other systems: stable names, no words and nothing that leads to a person (R-28)."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Any, TextIO

from bot.feedback.models import FeedbackItem
from bot.ops.clock import city_date

SCHEMA_VERSION = 1
COLUMNS = (
    "reference",
    "said_on",
    "source",
    "channel",
    "thumb",
    "reason",
    "has_words",
    "bottleneck",
    "procedure_code",
    "record_version",
    "fields",
    "decision_number",
    "outcome",
    "desk",
    "state",
    "opened_on",
    "closed_on",
    "raised_on",
)


def row_of(item: FeedbackItem) -> dict[str, Any]:
    """Return an item under the names of `COLUMNS`. Days, no moments; the owner's name and what came of it stay here."""
    turn, rating, follow_up = item.turn, item.rating, item.follow_up
    return {
        "reference": item.reference,
        "said_on": city_date(item.created_at),
        "source": item.source.value,
        "channel": turn.channel,
        "thumb": rating.thumb.value if rating.thumb else "",
        "reason": rating.reason.value if rating.reason else "",
        "has_words": bool(rating.words) or rating.dropped,
        "bottleneck": item.bottleneck,
        "procedure_code": turn.procedure_code,
        "record_version": turn.record_version,
        "fields": " ".join(turn.fields),
        "decision_number": turn.decision_number,
        "outcome": turn.outcome,
        "desk": follow_up.desk.value if follow_up else "",
        "state": follow_up.state.value if follow_up else "",
        "opened_on": city_date(follow_up.opened_at) if follow_up else "",
        "closed_on": city_date(follow_up.closed_at) if follow_up and follow_up.closed_at else "",
        "raised_on": (follow_up.raised_on or "") if follow_up else "",
    }


def write_csv(rows: Sequence[dict[str, Any]], columns: Sequence[str], to: TextIO) -> None:
    """Write rows as CSV. What a spreadsheet would take for a formula is made plain text."""
    table = csv.DictWriter(to, fieldnames=columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows({name: _plain(value) for name, value in row.items()} for row in rows)


def write_json(value: Any, to: TextIO) -> None:
    """Write any of our tables as JSON."""
    to.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
