"""Backups: there, whole, young, sealed, and restored for practice. Without the folder's name nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.doctor.findings import Deployment, Finding, error, ok, warning
from bot.ops.clock import CITY_TIME
from bot.privacy.drill import backups_in, drills_in, lies_open, made_at

LATE, TOO_OLD = timedelta(days=2), timedelta(days=7)
DRILL_EVERY = timedelta(days=92)
"""A quarter of a year, as the runbook asks."""


def backups(at: Deployment) -> Iterator[Finding]:
    """The newest whole backup, those that were broken off, the last drill."""
    folder = at.settings.backups_dir
    if folder is None:
        yield warning("backups", "backups_unknown")
        return
    try:
        whole, broken_off = backups_in(folder)
        made = {one.name: moment for one in whole if (moment := made_at(one)) is not None}
        damaged = sorted({one.name for one in whole} - made.keys())
        yield _newest(folder, max(made.values(), default=None), at.clock.now())
        if damaged or broken_off:
            names = ", ".join([*damaged, *(one.name for one in broken_off)])
            yield warning("backups", "backups_damaged", folder=folder, names=names[:200])
        if made and lies_open(folder / max(made, key=lambda name: made[name])):
            yield warning("backups", "backups_open", folder=folder)
        yield _drill(folder, at.clock.now())
    except OSError as fault:
        yield error("backups", "backups_unreadable", folder=folder, fault=fault.strerror or type(fault).__name__)


def _newest(folder: Path, newest: datetime | None, now: datetime) -> Finding:
    if newest is None:
        return error("backups", "backups_none", folder=folder)
    age = now - newest
    facts = {"at": f"{newest.astimezone(CITY_TIME):%d/%m/%Y %H:%M}", "days": age.days, "folder": folder}
    if age > TOO_OLD:
        return error("backups", "backups_old", **facts)
    return warning("backups", "backups_old", **facts) if age > LATE else ok("backups", **facts)


def _drill(folder: Path, now: datetime) -> Finding:
    drills = drills_in(folder)
    if not drills:
        return warning("drill", "drill_never")
    last = drills[-1]
    moment = datetime.fromisoformat(last.made_at)
    facts = {"at": f"{moment.astimezone(CITY_TIME):%d/%m/%Y}", "by": last.by, "backup": last.backup}
    return warning("drill", "drill_old", **facts) if now - moment > DRILL_EVERY else ok("drill", **facts)
