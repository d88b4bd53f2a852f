"""Commands of the step guides: guides list, guides check, guides show. Guide: docs/how-to-guides.md."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.commands.base import FAULTY, OK
from knowledge.errors import RecordInvalidError
from knowledge.how_to.linting import GuideFault, faults_of_guide
from knowledge.how_to.loading import GUIDES_DIR, guide_for, load_guides
from knowledge.how_to.tips import load_tips
from knowledge.settings import CatalogueSettings
from knowledge.working_days import VIETNAM


def register(commands: Any) -> None:
    family = commands.add_parser("guides", help="step guides for what is done online: list, check, show")
    parts = family.add_subparsers(required=True, metavar="part")
    listed = parts.add_parser("list", help="the guides, their steps and the day they were checked")
    listed.set_defaults(run=_list)
    check = parts.add_parser("check", help="length, old words, requests of secrets, names of buttons without a source")
    check.add_argument("--folder", type=Path, default=GUIDES_DIR, help="default: the guides that ship with the project")
    check.add_argument("--day", type=date.fromisoformat, help="as of this day, YYYY-MM-DD; default: today")
    check.set_defaults(run=_check)
    show = parts.add_parser("show", help="the guide that a message asks for, or the one with this id")
    show.add_argument("text")
    show.set_defaults(run=_show)


def _list(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    for guide in load_guides().values():
        print(f"{guide.id:<18} {len(guide.steps)} steps, checked {guide.checked_on}: {guide.title}")
    return OK


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    today = options.day or datetime.now(VIETNAM).date()
    try:
        guides = load_guides(options.folder)
        tips = load_tips()
    except RecordInvalidError as fault:
        print(fault, file=sys.stderr)
        return FAULTY
    faults: list[GuideFault] = []
    for guide in guides.values():
        faults += faults_of_guide(guide, today, settings.stale_after_days)
    for one in faults:
        print(f"{'fault' if one.grave else 'note'}: {one.place}: {one.text}", file=sys.stderr)
    grave, steps = sum(one.grave for one in faults), sum(len(one.steps) for one in guides.values())
    print(f"{len(guides)} guides, {steps} steps, {len(tips)} tips, {grave} faults")
    return FAULTY if grave else OK


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    guide = load_guides().get(options.text) or guide_for(options.text)
    if guide is None:
        print("no guide")
        return OK
    print(f"{guide.title}\n{guide.need}\n{guide.never_share}")
    for place, step in enumerate(guide.steps, start=1):
        print(f"{place}/{len(guide.steps)} {step.do}\n    {step.stuck}")
    print(guide.done)
    return OK
