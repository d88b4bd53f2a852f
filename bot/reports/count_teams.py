"""Requests to the community digital teams: section "digital_teams" (R-17)."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from bot.referrals.models import Referral, ReferralState
from bot.referrals.rows import find_all
from bot.referrals.tables import REFERRAL
from bot.reports.periods import Scope, Span
from bot.reports.tallies import Values, partition, spread


def count_teams(connection: Connection, span: Span, scope: Scope) -> Values:
    """Count the requests sent in a period."""
    of = REFERRAL.c
    found = find_all(
        connection, of.state != ReferralState.DRAFT.value, of.filed_at >= span.begins, of.filed_at < span.ends
    )
    sent = [one for one in found if scope.has_unit(one.commune_code)]
    done = [one for one in sent if one.state is ReferralState.DONE]
    hours = [number for one in sent if (number := _hours(one)) is not None]
    return {
        "referrals_by_state": partition("referrals_by_state", (one.state.value for one in sent)),
        "referrals_by_kind": partition("referrals_by_kind", (one.kind.value if one.kind else "other" for one in sent)),
        "referrals_by_unit": partition("referrals_by_unit", (one.commune_code for one in sent)),
        "referrals_answered": partition("referrals_answered", (one.came or "not_answered" for one in done)),
        "hours_to_help": spread(hours),
    }


def _hours(one: Referral) -> float | None:
    ended = one.helped_at or (one.closed_at if one.state is ReferralState.DONE else None)
    return (ended - one.filed_at).total_seconds() / 3600 if ended and one.filed_at else None
