"""Where and when a unit's team can be met: verified support points only, else said to be unknown (R-17)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.referrals.words import referral_wording
from knowledge.places import unit
from knowledge.places.contacts import SupportPoint, load_directory
from knowledge.places.loading import PLACES_DIR
from knowledge.places.where import hours_text
from knowledge.wording import load_wording

_MOST = 3


def where_and_when(commune_code: str, today: date, folder: Path = PLACES_DIR) -> str:
    """Return the sentence on where help is to be had in a unit ("": not known which), on `today`."""
    say, place = referral_wording(), unit(commune_code)
    if place is None:
        return say("where.unknown")
    points = load_directory(folder).support_of(commune_code, today)
    if not points:
        return say("where.unit_unknown", unit=place.name)
    lines = [_line(point, today) for point in points[:_MOST]]
    return "\n".join([say("where.points", unit=place.name), *lines])


def _line(point: SupportPoint, today: date) -> str:
    hours = point.hours if point.hours is not None and point.hours.verified.holds_on(today) else None
    told = hours_text(hours, load_wording()) if hours else referral_wording()("where.hours_unknown")
    phones = ", ".join(point.phones)
    return "• " + "; ".join(filter(None, (point.name, point.address, told, phones, point.helps_with)))
