"""Where the catalogue is. The only module of `knowledge` that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTENT_DIR = Path(__file__).resolve().parent / "content"


@dataclass(frozen=True)
class CatalogueSettings:
    """Settings of the catalogue.

    catalogue_url: SQLAlchemy address of the catalogue's database.
    stale_after_days: calendar days after which an unconfirmed record is called stale
        (30 by proposal of the requirements table, R-05).
    editor: who is at work, for the history of changes.
    curated_dir: folder of the curated records; the shipped ones unless an office keeps its own.
    """

    catalogue_url: str
    stale_after_days: int = 30
    editor: str = ""
    curated_dir: Path = CONTENT_DIR / "procedures"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> CatalogueSettings:
        """Read `MOTCUA_CATALOGUE_URL`, `MOTCUA_STALE_AFTER_DAYS`, `MOTCUA_EDITOR`, `MOTCUA_CURATED_DIR`."""
        env = os.environ if env is None else env
        days = env.get("MOTCUA_STALE_AFTER_DAYS") or "30"
        if not days.isdecimal():
            raise ValueError(f"MOTCUA_STALE_AFTER_DAYS must be a whole number of days, not {days!r}")
        data_dir = Path(env.get("MOTCUA_DATA_DIR") or ROOT / "var")
        return cls(
            catalogue_url=env.get("MOTCUA_CATALOGUE_URL") or f"sqlite:///{data_dir / 'catalogue.db'}",
            stale_after_days=int(days),
            editor=env.get("MOTCUA_EDITOR") or "",
            curated_dir=Path(env.get("MOTCUA_CURATED_DIR") or CONTENT_DIR / "procedures"),
        )
