"""`make sbom`: what runs in production, as CycloneDX 1.5 and as a table of licences. Offline, from uv.lock and .venv.

The same lock and the same environment give the same bytes: no moment and no random number is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from tools.lockfile import LOCK, ROOT, Locked, in_production, read_lock

SPACE = uuid.UUID("6c1f3a52-7f5c-5d0e-9b60-1d1f0f6b7a11")
LICENCES = ROOT / "docs" / "licences.md"
NOT_SAID = "not stated"
LONGEST_LICENCE = 60
HEAD = (
    "# Licences of what runs in production\n\n"
    "Made by `make sbom` from `uv.lock` and what the packages say of themselves; a test holds it against both. "
    'A package whose licence is "not stated" says nothing in its metadata: look at its source before the software is '
    "passed on. Packages under the LGPL or MPL are used unchanged, as libraries. Trợ lý Một Cửa itself is under "
    "Apache-2.0 (`LICENSE`).\n\n"
    "| package | version | licence |\n|---|---|---|\n"
)


def licence_of(name: str) -> str:
    """Return what an installed package says: expression, else classifiers, else the first line of its licence."""
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return NOT_SAID
    expression = found.get("License-Expression")
    if expression:
        return str(expression)
    listed = [line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or () if line.startswith("License")]
    listed = [one for one in listed if one != "OSI Approved"]
    said = " ".join((found.get("License") or "").strip().partition("\n")[0].split())
    short = said if said and said.upper() != "UNKNOWN" and len(said) <= LONGEST_LICENCE else ""
    return "; ".join(sorted(listed)) or short or NOT_SAID


def production(lock: Path = LOCK) -> list[tuple[Locked, str]]:
    """Return (package, licence) of what is locked for production and installed here, by name."""
    locked, wanted = read_lock(lock), in_production(lock)
    installed = {one.metadata["Name"].lower().replace("_", "-").replace(".", "-"): one.version for one in _installed()}
    found = []
    for name in sorted(wanted & set(locked)):
        for one in locked[name]:
            if installed.get(name) == one.version:
                found.append((one, licence_of(name)))
    return found


def _installed() -> list[Any]:
    return [one for one in metadata.distributions() if one.metadata["Name"]]


def bill(found: Sequence[tuple[Locked, str]], lock: Path = LOCK) -> dict[str, Any]:
    """Return the bill of materials."""
    own = "pkg:generic/mot-cua"
    names = {one.name: _purl(one) for one, _ in found}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, lock.read_text('utf-8'))}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "mot-cua", "bom-ref": own}},
        "components": [_component(one, licence) for one, licence in found],
        "dependencies": [
            {"ref": own, "dependsOn": sorted(names.values())},
            *(
                {"ref": names[one.name], "dependsOn": sorted(names[need] for need in one.needs if need in names)}
                for one, _ in found
            ),
        ],
    }


def _component(one: Locked, licence: str) -> dict[str, Any]:
    purl = _purl(one)
    row: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl}
    if licence != NOT_SAID:
        row["licenses"] = [{"license": {"name": licence}}]
    # Each is a file of the registry that the lock allows; which one is installed depends on the machine.
    row["properties"] = [{"name": "mot-cua:sha256", "value": value} for value in one.hashes]
    return row


def _purl(one: Locked) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"


def licence_page(found: Sequence[tuple[Locked, str]]) -> str:
    """Return the page of licences."""
    return HEAD + "".join(f"| `{one.name}` | {one.version} | {licence} |\n" for one, licence in found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 with --check where the page is not what it would be."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "sbom.cdx.json")
    parser.add_argument("--check", action="store_true", help="write nothing; say whether docs/licences.md is right")
    options = parser.parse_args(arguments)
    found = production()
    page = licence_page(found)
    if options.check:
        right = LICENCES.is_file() and LICENCES.read_text("utf-8") == page
        print("docs/licences.md is right" if right else "docs/licences.md is old: make sbom", file=sys.stderr)
        return 0 if right else 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(bill(found), ensure_ascii=False, indent=1) + "\n", "utf-8")
    LICENCES.write_text(page, "utf-8")
    print(f"{len(found)} packages: {options.out}, {LICENCES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
