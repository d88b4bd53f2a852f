"""Two states of the whole catalogue compared: which records are new, gone or changed, and in which facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.differences import Difference, differences
from knowledge.history import History
from knowledge.models import Origin, Procedure, RecordStatus


@dataclass(frozen=True)
class RecordDifference:
    """What happened to one record between two states. `action`: added, removed or changed.

    before, after: the versions compared, such as `portal:1`; empty where there was none.
    """

    code: str
    title: str
    origin: Origin
    action: str
    facts: tuple[Difference, ...] = ()
    before: str = ""
    after: str = ""


def compare(history: History, first_load: int, second_load: int, editorial: bool = False) -> Iterator[RecordDifference]:
    """Yield every record that differs between the states after two loads, by code; 0 is the empty catalogue."""
    before, after = history.state_after(first_load), history.state_after(second_load)
    moved = sorted(
        (key for key in {**before, **after} if before.get(key) != after.get(key)),
        key=lambda key: (key[0], key[1].value),
    )
    for start in range(0, len(moved), 500):
        part = moved[start : start + 500]
        wanted = [(*key, number) for key in part for number in {before.get(key), after.get(key)} if number is not None]
        records = history.records_of(wanted, raw_refs=False)
        for code, origin in part:
            old = records.get((code, origin, before.get((code, origin), 0)))
            new = records.get((code, origin, after.get((code, origin), 0)))
            found = difference(old, new, editorial)
            if found is not None:
                yield found


def compare_days(history: History, first: date, second: date, editorial: bool = False) -> Iterator[RecordDifference]:
    """Yield what differs between the ends of two days in the city."""
    return compare(history, history.load_on(first), history.load_on(second), editorial)


def difference(old: Procedure | None, new: Procedure | None, editorial: bool = False) -> RecordDifference | None:
    """Say what happened from `old` to `new`; None where no fact differs."""
    record = new or old
    if record is None:
        return None
    if old is None or new is None:
        action = "added" if old is None else "removed"
        before, after = (one.version if one else "" for one in (old, new))
        return RecordDifference(record.code, record.title, record.origin, action, before=before, after=after)
    facts = tuple(differences(old, new, editorial))
    if not facts:
        return None
    gone = new.status is RecordStatus.REMOVED and old.status is not RecordStatus.REMOVED
    return RecordDifference(
        new.code, new.title, new.origin, "removed" if gone else "changed", facts, old.version, new.version
    )
