"""Commands that look for what is wrong: check."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from knowledge import catalogue
from knowledge.commands.base import FAULTY, OK
from knowledge.settings import CatalogueSettings


def register(commands: Any) -> None:
    check = commands.add_parser("check", help="check the curated records; name file and line of what is wrong")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    faults = catalogue.check(settings.curated_dir)
    for fault in faults:
        print(fault, file=sys.stderr)
    count = len(list(settings.curated_dir.glob("*.yml")))
    print(f"{count} curated records, {len(faults)} faults")
    return FAULTY if faults else OK
