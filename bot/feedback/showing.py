"""One item as an officer reads it on the command line."""

from __future__ import annotations

from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.follow_ups import WITHDRAWN
from bot.feedback.labels import label
from bot.feedback.models import CITIZEN, FeedbackItem, HistoryLine
from bot.ops.clock import CITY_TIME, city_date


def shown(item: FeedbackItem, history: list[HistoryLine]) -> str:
    """Return everything that is known of an item, line by line."""
    lines = [item.reference, _rating(item), _record(item), *_follow_up(item)]
    lines += [f"{label('shown.question')} {item.turn.question or label('shown.none')}", _words(item)]
    return "\n".join([*lines, label("shown.history"), *(_line(one) for one in history)])


def _rating(item: FeedbackItem) -> str:
    thumb, reason = item.rating.thumb, item.rating.reason
    return label(
        "shown.rating",
        source=label(f"sources.{item.source.value}"),
        thumb=label(f"thumbs.{thumb.value}") if thumb else label("shown.none"),
        reason=label(f"reasons.{reason.value}") if reason else label("shown.none"),
        bottleneck=f"{item.bottleneck}, {bottlenecks()[item.bottleneck].name}",
    )


def _record(item: FeedbackItem) -> str:
    turn, none = item.turn, label("shown.none")
    if not turn.procedure_code:
        return label("shown.no_record", outcome=turn.outcome or none)
    return label(
        "shown.record",
        code=turn.procedure_code,
        version=turn.record_version or none,
        fields=", ".join(turn.fields) or none,
        decision=turn.decision_number or none,
        outcome=turn.outcome,
    )


def _follow_up(item: FeedbackItem) -> list[str]:
    follow_up, none = item.follow_up, label("shown.none")
    if follow_up is None:
        return []
    outcome = label("withdrawn") if follow_up.outcome == WITHDRAWN else follow_up.outcome
    values = {"owner": follow_up.owner or none, "opened": f"{city_date(follow_up.opened_at):%d/%m/%Y}"}
    desk, state = label(f"desks.{follow_up.desk.value}"), label(f"states.{follow_up.state.value}")
    return [label("shown.follow_up", desk=desk, state=state, outcome=outcome or none, **values)]


def _words(item: FeedbackItem) -> str:
    words = label("shown.dropped") if item.rating.dropped else item.rating.words or label("shown.none")
    return f"{label('shown.words')} {words}"


def _line(one: HistoryLine) -> str:
    by = "" if one.by == CITIZEN else f" ({one.by})"
    detail = ", ".join(f"{key}: {value}" for key, value in one.detail.items())
    at = f"{one.at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}"
    return f"- {at} {label(f'happenings.{one.what.value}')}{by}{f' [{detail}]' if detail else ''}"
