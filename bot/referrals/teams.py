"""The operators' file of teams: which queue takes the requests of each of the 168 units, and where they climb to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import SettingInvalidError
from bot.referrals.models import Level, Queue
from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.places import load_places

TEAMS_FILE = Path(__file__).with_name("teams.yml")
CITY, HEAD = "city", "head:"
_NEEDED = ("commune_code", "name", "head", "verified_on", "verified_by")


@dataclass(frozen=True)
class Team:
    """A unit's team. head: who answers for it in the unit."""

    commune_code: str
    name: str
    head: str
    verified_on: date
    verified_by: str


@dataclass(frozen=True)
class Teams:
    """All teams, and the city's default."""

    default: str
    units: dict[str, Team]

    def queue(self, commune_code: str, level: Level = Level.TEAM) -> Queue:
        """Return who has the requests of a unit; the default where it has no team, and above the head of the unit."""
        team = self.units.get(commune_code)
        if team is None or level is Level.CITY:
            return Queue(CITY, self.default)
        if level is Level.UNIT_HEAD:
            return Queue(f"{HEAD}{commune_code}", team.head, team=True)
        return Queue(commune_code, team.name, team=True)

    def first_level(self, commune_code: str) -> Level:
        """With whom a request begins: there is nobody below the city's default where a unit has no team."""
        return Level.TEAM if commune_code in self.units else Level.CITY


def load_teams(path: Path = TEAMS_FILE, today: date | None = None) -> Teams:
    """Return the teams in `path`; raise `SettingInvalidError` with all that is wrong, file and line."""
    try:
        data = read_yaml(path)
    except (RecordInvalidError, OSError) as error:
        raise SettingInvalidError(str(error)) from error
    faults = list(team_faults(path, data, today))
    if faults:
        raise SettingInvalidError("\n".join(faults))
    teams = (_team(row) for row in data.get("units") or ())
    return Teams(str(data["default"]["name"]), {team.commune_code: team for team in teams})


def team_faults(path: Path, data: Any, today: date | None = None) -> Iterator[str]:
    """Yield what is wrong with a file of teams, each with its line."""
    if not isinstance(data, dict) or set(data) - {"default", "units"}:
        yield f"{path}:1: a file of teams has `default` and `units`, nothing else"
        return
    default = data.get("default")
    if not isinstance(default, dict) or not str(default.get("name") or "").strip():
        yield f"{path}:1: default needs a name"
    known, seen = load_places().by_code, set()
    rows = data.get("units") or []
    if not isinstance(rows, list):
        yield f"{path}:{line_of(path, ['units'])}: units must be a list"
        return
    for place, row in enumerate(rows):
        code = str(row.get("commune_code")) if isinstance(row, dict) else ""
        reason = _fault_of(row, known, today) or (f"{code} has two teams" if code in seen else "")
        if reason:  # finding a line reads the file again
            yield f"{path}:{line_of(path, ['units', place])}: {reason}"
        seen.add(code)


def _fault_of(row: Any, known: dict[str, Any], today: date | None) -> str:
    if not isinstance(row, dict):
        return f"a team is a mapping of {', '.join(_NEEDED)}"
    missing = [name for name in _NEEDED if not str(row.get(name) or "").strip()]
    if missing:
        return f"{', '.join(missing)} is missing: nobody is sent to a team that was not verified"
    if set(row) - set(_NEEDED):
        return f"unknown: {', '.join(sorted(set(row) - set(_NEEDED)))}"
    if str(row["commune_code"]) not in known:
        return f"no unit of today has the code {row['commune_code']}"
    try:
        verified_on = date.fromisoformat(str(row["verified_on"]))
    except ValueError:
        return f"verified_on must be YYYY-MM-DD, not {row['verified_on']}"
    return f"verified_on {verified_on} is still to come" if today and verified_on > today else ""


def _team(row: dict[str, Any]) -> Team:
    texts = {name: str(row[name]).strip() for name in ("commune_code", "name", "head", "verified_by")}
    return Team(verified_on=date.fromisoformat(str(row["verified_on"])), **texts)
