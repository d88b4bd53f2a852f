"""`make audit ADVISORIES=all.zip`: known weaknesses of the locked packages, offline.

ADVISORIES is what the operator has brought along: a folder or a zip of advisories in OSV's format, such as
https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip. What is found and has been judged stands, with the
reason and until when, in tools/accepted_advisories.yml.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from knowledge.plain_yaml import plain_yaml
from tools.lockfile import LOCK, ROOT, in_production, normal, read_lock

ACCEPTED = ROOT / "tools" / "accepted_advisories.yml"
LARGEST_ADVISORY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Weakness:
    """An advisory that a locked version falls under. fixed: versions that end it; production: it runs there."""

    id: str
    aliases: tuple[str, ...]
    package: str
    version: str
    summary: str
    fixed: tuple[str, ...]
    production: bool


def advisories(source: Path) -> Iterator[Mapping[str, Any]]:
    """Yield every advisory of a folder or a zip; raises ValueError for a file that is none."""
    if source.is_dir():
        for path in sorted(source.rglob("*.json")):
            yield _parsed(path.name, path.read_bytes())
        return
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            if info.filename.endswith(".json"):
                if info.file_size > LARGEST_ADVISORY:
                    raise ValueError(f"{info.filename}: too large for an advisory")
                yield _parsed(info.filename, archive.read(info))


def _parsed(name: str, data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise ValueError(f"{name}: not JSON") from error
    if not isinstance(found, dict) or "id" not in found:
        raise ValueError(f"{name}: not an advisory in OSV's format")
    return found


def weaknesses(found: Iterator[Mapping[str, Any]], lock: Path = LOCK) -> list[Weakness]:
    """Return what the locked versions fall under, by package and id."""
    locked, production = read_lock(lock), in_production(lock)
    result = {}
    for advisory in found:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected") or ():
            package = affected.get("package") or {}
            name = normal(str(package.get("name", "")))
            if package.get("ecosystem") != "PyPI" or name not in locked:
                continue
            for one in locked[name]:
                if is_affected(one.version, affected):
                    weak = _weakness(advisory, name, one.version, affected, name in production)
                    result[weak.id, name, one.version] = weak
    return [result[key] for key in sorted(result)]


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Say whether a version is listed, or lies in a range from "introduced" to before "fixed" (to "last_affected")."""
    if version in (affected.get("versions") or ()):
        return True
    here = _version(version)
    return any(
        _in_range(here, [event for event in one.get("events") or () if isinstance(event, dict)])
        for one in affected.get("ranges") or ()
        if one.get("type") == "ECOSYSTEM"
    )


def _in_range(here: Version, events: Sequence[Mapping[str, str]]) -> bool:
    """OSV's own way: walk the events in the order of their versions, in or out after each."""
    marks = []
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            if kind in event:
                marks.append((_version(event[kind]), kind))
    inside = False
    for mark, kind in sorted(marks, key=lambda pair: (pair[0], pair[1] == "last_affected")):
        if kind == "introduced" and here >= mark:
            inside = True
        elif (kind == "fixed" and here >= mark) or (kind == "last_affected" and here > mark):
            inside = False
    return inside


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def _weakness(
    advisory: Mapping[str, Any], name: str, version: str, affected: Mapping[str, Any], production: bool
) -> Weakness:
    events = [event for one in affected.get("ranges") or () for event in one.get("events") or ()]
    summary = str(advisory.get("summary") or advisory.get("details") or "").partition("\n")[0][:160]
    fixed = tuple(event["fixed"] for event in events if "fixed" in event)
    return Weakness(
        str(advisory["id"]), tuple(advisory.get("aliases") or ()), name, version, summary, fixed, production
    )


def accepted(path: Path, today: date) -> dict[str, str]:
    """Return id → reason of what was judged and whose date is not over; raises ValueError for an entry without."""
    said = plain_yaml(path.read_text("utf-8")) or {} if path.is_file() else {}
    result = {}
    for name, entry in said.items():
        if not isinstance(entry, dict) or not entry.get("reason") or not isinstance(entry.get("until"), date):
            raise ValueError(f"{path.name}: {name} needs a reason and a date `until`")
        if entry["until"] >= today:
            result[name] = entry["reason"]
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where something is found that nobody has judged, 2 for advisories that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description=__doc__)
    parser.add_argument("advisories", type=Path, help="folder or zip of advisories in OSV's format")
    parser.add_argument("--lock", type=Path, default=LOCK)
    parser.add_argument("--accepted", type=Path, default=ACCEPTED)
    options = parser.parse_args(arguments)
    try:
        known = accepted(options.accepted, datetime.now().astimezone().date())
        count = 0

        def counted() -> Iterator[Mapping[str, Any]]:
            nonlocal count
            for one in advisories(options.advisories):
                count += 1
                yield one

        found = weaknesses(counted(), options.lock)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"the advisories cannot be read: {error}", file=sys.stderr)
        return 2
    if not count:
        print("there is no advisory in it", file=sys.stderr)
        return 2
    open_ones = 0
    for weak in found:
        reason = next((known[name] for name in (weak.id, *weak.aliases) if name in known), None)
        open_ones += reason is None
        where = "production" if weak.production else "development only"
        print(f"{'accepted' if reason else 'FOUND':<9}{weak.id}  {weak.package} {weak.version} ({where})")
        print(f"         {weak.summary or '–'}; fixed in: {', '.join(weak.fixed) or '–'}")
        if reason:
            print(f"         {reason}")
    print(f"{count} advisories, {len(found)} apply, {open_ones} not judged")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
