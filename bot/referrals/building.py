"""All that works with requests to the teams, put together in one place for the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.ops.clock import Clock
from bot.referrals.climbing import ReferralClock
from bot.referrals.desk import ReferralDesk
from bot.referrals.requests import ReferralRequests
from bot.referrals.teams import TEAMS_FILE, Teams, load_teams
from bot.referrals.words import ReferralWords
from bot.store.engine import Database
from knowledge.working_days import Calendar


@dataclass(frozen=True)
class Referrals:
    """teams: who takes whose requests."""

    requests: ReferralRequests
    desk: ReferralDesk
    ageing: ReferralClock
    words: ReferralWords
    teams: Teams


def build_referrals(
    database: Callable[[], Database],
    clock: Clock,
    calendar: Calendar,
    key: Callable[[], bytes],
    teams_file: Path | None = None,
) -> Referrals:
    """Return the services on requests; raise `SettingInvalidError` where the file of teams is wrong."""
    teams = load_teams(teams_file or TEAMS_FILE)
    return Referrals(
        requests=ReferralRequests(database, clock, calendar, teams, key),
        desk=ReferralDesk(database, clock, calendar, teams),
        ageing=ReferralClock(database, clock, calendar, teams),
        words=ReferralWords(database),
        teams=teams,
    )
