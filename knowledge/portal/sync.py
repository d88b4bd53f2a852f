"""A sync with the national portal: list, decide what to fetch, fetch. Writing into the catalogue is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from knowledge.errors import PortalError, RecordInvalidError
from knowledge.importers.base import MISSHAPEN, Incoming, reason_of
from knowledge.importers.portal_json import PortalJson
from knowledge.portal.client import PortalClient, RecordFaultError
from knowledge.portal.models import Known, ListItem
from knowledge.portal.staging import Staging

FEW_FAULTS = 20
"""So many records may be faulty before their share is looked at."""
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much (0: unknown)."""


@dataclass(frozen=True)
class Listing:
    """The portal's list. `complete`: as many entries came as the portal says there are."""

    items: tuple[ListItem, ...]
    total: int | None
    complete: bool


@dataclass(frozen=True)
class Plan:
    """Which records to fetch and why, and which known codes the list does not have any more."""

    new: tuple[ListItem, ...] = ()
    changed: tuple[ListItem, ...] = ()
    old: tuple[ListItem, ...] = ()
    missing: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[ListItem, ...]:
        return (*self.new, *self.changed, *self.old)


@dataclass
class Download:
    """What was fetched, kept in the staging; `records` parses it one by one."""

    staging: Staging
    retrieved_on: date
    items: list[ListItem] = field(default_factory=list)
    faults: list[RecordInvalidError] = field(default_factory=list)

    def records(self) -> Iterator[Incoming]:
        """Yield each fetched record; what cannot be parsed is a fault."""
        importer = PortalJson()
        for item in self.items:
            content = self.staging.get(item)
            try:
                record = importer.parse(content, self.retrieved_on)
            except MISSHAPEN as error:
                self.faults.append(RecordInvalidError(item.code, reason_of(error)))
                continue
            yield Incoming(record, item.code, content, importer.name)


async def fetch_list(client: PortalClient, progress: Progress) -> Listing:
    """Return the whole list; of several entries with one code the first counts (the portal lists the newest first)."""
    by_code: dict[str, ListItem] = {}
    total, ids = None, set()
    async for page in client.pages():
        total = page.total if page.total is not None else total
        for item in page.items:
            ids.add(item.id)
            by_code.setdefault(item.code, item)
        progress("listing", len(ids), total or 0)
    return Listing(tuple(by_code.values()), total, total is not None and len(ids) >= total)


def plan(
    listing: Listing, known: Mapping[str, Known], codes: Sequence[str] = (), fetched_before: date | None = None
) -> Plan:
    """Decide what to fetch: what is new, what the list shows as changed, and what was fetched before a day.

    codes: only these, whatever is known of them; nothing counts as missing then.
    """
    by_code = {item.code: item for item in listing.items}
    if codes:
        asked = tuple(by_code[code] for code in dict.fromkeys(codes) if code in by_code)
        return Plan(old=asked, unknown_codes=tuple(code for code in dict.fromkeys(codes) if code not in by_code))
    new, changed, old = [], [], []
    for code, item in by_code.items():
        before = known.get(code)
        if before is None or before.fetched_on is None:
            new.append(item)
        elif before.digest != item.digest:
            changed.append(item)
        elif fetched_before is not None and before.fetched_on < fetched_before:
            old.append(item)
    missing = tuple(sorted(set(known) - set(by_code))) if listing.complete else ()
    return Plan(tuple(new), tuple(changed), tuple(old), missing)


async def fetch_records(
    client: PortalClient,
    wanted: Sequence[ListItem],
    staging: Staging,
    retrieved_on: date,
    progress: Progress,
    most_faults: float = 0.05,
) -> Download:
    """Fetch the records of `wanted` that are not staged yet.

    A record that cannot be had is a fault, and fetching goes on, up to a share of `most_faults`; a portal that blocks
    or is down ends it with an error that says how far it came. What was fetched stays staged.
    """
    download = Download(staging, retrieved_on)
    for number, item in enumerate(wanted, start=1):
        if item not in staging:
            try:
                staging.put(item, await client.record(item))
            except RecordFaultError as error:
                download.faults.append(RecordInvalidError(item.code, str(error)))
                _stop_at(download, number, most_faults)
                continue
            except PortalError as error:
                said = f"{error}. {len(download.items)} of {len(wanted)} records are fetched and kept: run sync again"
                raise type(error)(said) from error
        download.items.append(item)
        progress("fetching", number, len(wanted))
    return download


def _stop_at(download: Download, number: int, most_faults: float) -> None:
    faults = len(download.faults)
    if faults > FEW_FAULTS and faults > most_faults * number:
        said = f"{faults} of {number} records cannot be had, the last: {download.faults[-1]}"
        raise PortalError(f"{said}. The catalogue stays as it was")
