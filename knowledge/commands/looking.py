"""Commands that look something up: stats, show."""

from __future__ import annotations

import argparse
import json
from typing import Any

from knowledge.codec import to_dict
from knowledge.commands.base import OK, open_store
from knowledge.models import Origin, Procedure
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore


def register(commands: Any) -> None:
    stats = commands.add_parser("stats", help="how many procedures there are")
    stats.add_argument("--json", action="store_true")
    stats.set_defaults(run=_stats)

    show = commands.add_parser("show", help="one record as JSON, now or in an earlier version")
    show.add_argument("code")
    show.add_argument("--version", metavar="ORIGIN:NUMBER", help="an earlier version, such as portal:1")
    show.add_argument("--raw", action="store_true", help="the document that the portal's record was read from")
    show.set_defaults(run=_show)


def _stats(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    counts = open_store(settings).counts()
    if options.json:
        print(json.dumps(counts))
        return OK
    for name, label in (
        ("procedures", "procedures"),
        ("curated", "of them curated"),
        ("portal", "of them from the portal"),
        ("applies_to_city", "apply to Ho Chi Minh City"),
    ):
        print(f"{counts[name]:>7}  {label}")
    return OK


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    store = open_store(settings)
    if options.raw:
        return _show_raw(store, options)
    record = _version(store, options) if options.version else store.get(options.code)
    print(json.dumps(to_dict(record) | {"version": record.version}, ensure_ascii=False, indent=2))
    return OK


def _version(store: CatalogueStore, options: argparse.Namespace) -> Procedure:
    origin, number = version_of(options.version)
    return store.history.record(options.code, origin, number)


def _show_raw(store: CatalogueStore, options: argparse.Namespace) -> int:
    origin, number = version_of(options.version or store.current_version(options.code, Origin.PORTAL))
    content = store.history.raw(options.code, origin, number)
    print(content.decode("utf-8", "replace") if content else "no document is kept of this version")
    return OK


def version_of(text: str) -> tuple[Origin, int]:
    """Return origin and number in a text such as "portal:3"; raise ValueError saying the form."""
    name, _, number = text.partition(":")
    if name not in {origin.value for origin in Origin} or not number.isdecimal():
        raise ValueError(f"{text!r} is no version; write it as portal:3 or curated:1")
    return Origin(name), int(number)
