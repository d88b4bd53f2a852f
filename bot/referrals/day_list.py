"""The list that volunteers carry: what they need to call and go, and nothing else. CSV, or a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.referrals.desk import wish_order
from bot.referrals.models import Referral
from bot.referrals.words import referral_wording
from knowledge.how_to import load_guides
from knowledge.places import unit

COLUMNS = ("reference", "called", "phone", "unit", "neighbourhood", "wish", "what")
_TEMPLATE = "day_list.html.j2"


def lines_of(found: Sequence[Referral]) -> list[dict[str, str]]:
    """Return a line for each open request, mornings first; closed ones have nothing left to show."""
    return [_line(one) for one in sorted(found, key=wish_order) if one.is_open]


def what_of(one: Referral) -> str:
    """Return what is to be shown: the guide and its step, the procedure's code, or the citizen's own words."""
    say = referral_wording()
    guide = load_guides().get(one.guide)
    parts = [guide.title if guide else say(f"kinds.{one.kind.value if one.kind else 'other'}")]
    if guide and one.step:
        parts.append(f"bước {guide.place_of(one.step) + 1}/{len(guide.steps)}")
    return "; ".join([*parts, *filter(None, (one.procedure_code, one.about))])


def to_csv(found: Sequence[Referral]) -> str:
    """Return the list as CSV. Cells that a spreadsheet would take for a formula are text."""
    say, out = referral_wording(), io.StringIO()
    table = csv.writer(out)
    table.writerow([say(f"list.{name}") for name in COLUMNS])
    table.writerows([[_plain(line[name]) for name in COLUMNS] for line in lines_of(found)])
    return out.getvalue()


def to_html(found: Sequence[Referral], day: date) -> str:
    """Return the list as a page to print."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
    )
    say = referral_wording()
    heads = [say(f"list.{name}") for name in COLUMNS]
    rows = [[line[name] for name in COLUMNS] for line in lines_of(found)]
    title = say("list.title", day=f"{day:%d/%m/%Y}")
    return environment.get_template(_TEMPLATE).render(
        title=title, note=say("list.note"), heads=heads, rows=rows, empty=say("list.empty")
    )


def _line(one: Referral) -> dict[str, str]:
    say, place = referral_wording(), unit(one.commune_code)
    return {
        "reference": one.reference,
        "called": one.called,
        "phone": one.phone or say("list.in_chat"),
        "unit": place.name if place else one.commune_code,
        "neighbourhood": one.neighbourhood or "",
        "wish": say(f"wishes.{one.wish.value}") if one.wish else "",
        "what": what_of(one),
    }


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
