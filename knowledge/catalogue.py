"""The catalogue as other packages use it: records by code, search, freshness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.codec import digest
from knowledge.curated import PROCEDURES_DIR, faults_of, incoming_from, line_of, read_record
from knowledge.errors import RecordInvalidError
from knowledge.models import Origin, Procedure
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore, Load, WriteReport


@dataclass(frozen=True)
class Freshness:
    """How far a record can be trusted on a day (R-05)."""

    stale: bool
    days_since_check: int | None


def freshness(procedure: Procedure, day: date, stale_after_days: int) -> Freshness:
    """Say whether `procedure` was last checked more than `stale_after_days` before `day`."""
    if procedure.checked_on is None:
        return Freshness(stale=True, days_since_check=None)
    days = (day - procedure.checked_on).days
    return Freshness(stale=days > stale_after_days, days_since_check=days)


def build(settings: CatalogueSettings, folder: Path | None = None, load: Load | None = None) -> WriteReport | None:
    """Write the curated records into the catalogue; return None when it already holds just these.

    Raises `RecordInvalidError` with file and line, and then changes nothing.
    """
    folder = folder or settings.curated_dir
    store = CatalogueStore(settings.catalogue_url)
    store.create()
    files = _files_in(folder)
    stamp = digest("".join(f"{path.name}{path.read_text('utf-8', errors='replace')}" for path in files))
    if store.curated_stamp() == stamp:
        return None
    if not files and store.counts()["curated"]:
        raise RecordInvalidError(
            str(folder), "no curated record in it: those of the catalogue are not taken out for it"
        )
    report = store.write(
        list(incoming_from(folder)), Origin.CURATED, replace_all=True, load=load or Load("build", "curated records")
    )
    store.set_curated_stamp(stamp)
    return report


def _files_in(folder: Path) -> list[Path]:
    """Return the curated files by name; a folder that is not there is a slip in a setting, not an empty catalogue."""
    if not folder.is_dir():
        raise RecordInvalidError(str(folder), "there is no such folder of curated records (MOTCUA_CURATED_DIR)")
    return sorted(folder.glob("*.yml"))


def check(folder: Path = PROCEDURES_DIR) -> list[RecordInvalidError]:
    """Return the faults of the curated records: shape, and references to codes that lead nowhere else."""
    found: list[RecordInvalidError] = []
    for path in _files_in(folder):
        faults = faults_of(path)
        found += faults or _pointing_at_itself(path)
    return found


def _pointing_at_itself(path: Path) -> list[RecordInvalidError]:
    record = read_record(path)
    own = [
        ("old_codes", record.code in record.old_codes),
        ("siblings", record.code in {sibling.code for sibling in record.siblings}),
    ]
    return [
        RecordInvalidError(f"{path}:{line_of(path, [name])}", f"{name}: {record.code} names itself")
        for name, found in own
        if found
    ]
