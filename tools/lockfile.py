"""What uv.lock says: which packages, which of them run in production, with which hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "uv.lock"
PROJECT = "mot-cua"


@dataclass(frozen=True)
class Locked:
    """One package. hashes: sha256 of each of its files; needs: names of what it depends on."""

    name: str
    version: str
    hashes: tuple[str, ...]
    needs: tuple[str, ...]


def normal(name: str) -> str:
    """Return a package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path = LOCK) -> dict[str, list[Locked]]:
    """Return name → its locked versions (several where platforms differ)."""
    found: dict[str, list[Locked]] = {}
    for row in tomli.loads(path.read_text("utf-8"))["package"]:
        if "registry" in row.get("source", {}):
            found.setdefault(normal(row["name"]), []).append(_locked(row))
    return found


def in_production(path: Path = LOCK) -> set[str]:
    """Return the names of all packages that the application needs when it runs, optional ones included."""
    rows = {normal(row["name"]): row for row in tomli.loads(path.read_text("utf-8"))["package"]}
    waiting, seen = list(_needs(rows[PROJECT])), set()
    while waiting:
        name = waiting.pop()
        if name not in seen and name in rows:
            seen.add(name)
            waiting += _needs(rows[name])
    return seen


def _needs(row: dict[str, Any]) -> list[str]:
    listed = list(row.get("dependencies", ()))
    for more in row.get("optional-dependencies", {}).values():
        listed += more
    return [normal(one["name"]) for one in listed]


def _locked(row: dict[str, Any]) -> Locked:
    files = [*row.get("wheels", ()), *([row["sdist"]] if "sdist" in row else ())]
    hashes = {one["hash"].partition(":")[2] for one in files if one.get("hash", "").startswith("sha256:")}
    return Locked(normal(row["name"]), row["version"], tuple(sorted(hashes)), tuple(sorted(_needs(row))))
