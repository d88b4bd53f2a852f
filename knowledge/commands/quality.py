"""The command `quality`: how well the portal's records render, as figures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from knowledge.commands.base import OK, open_store
from knowledge.importers.base import MISSHAPEN
from knowledge.importers.portal_json import read_with_warnings
from knowledge.importers.render_warnings import RenderWarning
from knowledge.models import Origin, Procedure
from knowledge.quality import Quality, measure
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore


def register(commands: Any) -> None:
    quality = commands.add_parser("quality", help="how well the portal's raw records render, as figures")
    quality.add_argument("--json", action="store_true")
    quality.set_defaults(run=_quality)


def _quality(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    quality = measure(_read(open_store(settings)))
    if options.json:
        print(json.dumps(quality.as_dict(), ensure_ascii=False, indent=2))
    else:
        _tell(quality)
    return OK


def _read(store: CatalogueStore) -> Iterator[tuple[Procedure, tuple[RenderWarning, ...]]]:
    for _, content in store.records(Origin.PORTAL, with_raw=True):
        if not content.lstrip().startswith(b"{"):
            continue
        try:
            yield read_with_warnings(content, date.min)
        except MISSHAPEN:
            continue  # a document of another format, which its own importer reads


def _tell(quality: Quality) -> None:
    rows = ", ".join(f"{count} {name}" for name, count in quality.rows.items())
    print(f"{quality.records} records of the portal's interface; dossier rows: {rows}")
    print(f"{quality.classified:7.1%}  of the rows are classed for sure")
    print(f"{quality.clean_share:7.1%}  of the records render without a warning")
    for title, counts in (("warnings", quality.warned_records), ("nothing published of", quality.missing)):
        for name, count in counts.most_common():
            print(f"{count:>7}  records, {title}: {name}")
