"""Commands of the life events: events check, events show. Guide: docs/vi/chuyen-trong-doi.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from knowledge.commands.base import FAULTY, OK, open_store
from knowledge.settings import CatalogueSettings

# Reading a message takes the search's lexicon; only these commands need it.


def register(commands: Any) -> None:
    family = commands.add_parser("events", help="life events and their procedures: check the file, try a message")
    parts = family.add_subparsers(required=True, metavar="part")

    check = parts.add_parser("check", help="faults of the file: shape, phrases, codes")
    check.add_argument("--file", type=Path, help="default: the events that ship with the project")
    check.add_argument("--shape", action="store_true", help="without looking codes up in the catalogue")
    check.set_defaults(run=_check)

    show = parts.add_parser("show", help="which event a message tells of, and the list that the citizen reads")
    show.add_argument("text", help="a message, or an event's short name")
    show.set_defaults(run=_show)


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.life_events import EVENTS_PATH, event_faults, load_events

    path = options.file or EVENTS_PATH
    titles = None if options.shape else {row.code: row.title for row in open_store(settings).search_rows()}
    faults = event_faults(path, titles)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(faults)} faults")
        return FAULTY
    events = load_events(path)
    print(f"{len(events)} events, {sum(len(event.steps) for event in events)} steps, no fault")
    return OK


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.blocks import to_text
    from knowledge.journeys import journey
    from knowledge.search.life_events import event_named, told_event
    from knowledge.text import words

    told = told_event(words(options.text))
    event = event_named(options.text) or (told.event if told else None)
    if event is None:
        print("no event")
        return OK
    store = open_store(settings)
    known = {row.code for row in store.search_rows()}
    if told and not told.alone:
        print("(the message names another matter too: that is answered, and the rest is offered beside it)")
    print(to_text(journey(event, [store.get(code) for code in event.codes if code in known])))
    return OK
