"""The command `sync`: bring the catalogue after the national portal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import date, datetime, timedelta
from typing import Any

from tqdm import tqdm

from knowledge.commands.base import (
    FAULTY,
    OK,
    UNUSABLE,
    add_editor,
    counts_text,
    editor,
    open_store,
    tell_faults,
    tell_some,
)
from knowledge.errors import PortalError
from knowledge.history import VIETNAM
from knowledge.models import Origin
from knowledge.portal.client import PortalClient
from knowledge.portal.models import Known
from knowledge.portal.staging import Staging, only_sync
from knowledge.portal.sync import Download, Listing, Plan, fetch_list, fetch_records, plan
from knowledge.settings import CatalogueSettings, PortalSettings
from knowledge.store import CatalogueStore, Load

_REFRESH_DAYS = 7
_MOST_REMOVED = 0.05
"""A list that lacks more of what is known is taken for a faulty one, not for so many abolished procedures."""


def register(commands: Any) -> None:
    sync = commands.add_parser("sync", help="fetch what is new and changed from the national portal")
    sync.add_argument("--codes", nargs="+", action="extend", default=[], metavar="CODE", help="only these procedures")
    sync.add_argument("--full", action="store_true", help="fetch every record again")
    sync.add_argument(
        "--refresh-days", type=int, default=_REFRESH_DAYS, help=f"fetch again what is older (default {_REFRESH_DAYS})"
    )
    sync.add_argument("--dry-run", action="store_true", help="read the list, say what would be fetched, change nothing")
    sync.add_argument("--force", action="store_true", help="take also what was taken back before")
    sync.add_argument("--allow-removals", action="store_true", help="believe a list that lacks much of what is known")
    sync.add_argument("--max-faults", type=float, default=0.05, help="share of faulty records to stop at (0.05)")
    add_editor(sync)
    sync.set_defaults(run=_sync)


def _sync(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    portal = PortalSettings.from_env()
    store = open_store(settings)
    today = datetime.now(VIETNAM).date()
    try:
        with only_sync(settings.sync_dir), Staging(settings.sync_dir, portal.url, today) as staging:
            return asyncio.run(_Sync(store, portal, staging, options, settings, today).run())
    except KeyboardInterrupt:
        print("\nstopped; what was fetched is kept: run sync again to go on", file=sys.stderr)
        return UNUSABLE


class _Sync:
    """One run. The catalogue changes once, at the end."""

    def __init__(
        self,
        store: CatalogueStore,
        portal: PortalSettings,
        staging: Staging,
        options: argparse.Namespace,
        settings: CatalogueSettings,
        today: date,
    ) -> None:
        self._store, self._portal, self._staging = store, portal, staging
        self._options, self._settings, self._today = options, settings, today
        self._bar: tqdm[Any] | None = None
        self._doing, self._done = "", 0

    async def run(self) -> int:
        options, known = self._options, self._store.listing()
        async with PortalClient(self._portal) as client:
            listing = await fetch_list(client, self._progress)
            before = (
                self._today + timedelta(days=1) if options.full else self._today - timedelta(days=options.refresh_days)
            )
            chosen = plan(listing, known, options.codes, before)
            self._tell(listing, chosen)
            if options.dry_run:
                return OK
            removed = self._removed(known, chosen)
            download = await fetch_records(
                client, chosen.wanted, self._staging, self._today, self._progress, options.max_faults
            )
        self._close_bar()
        return self._write(listing, chosen, download, removed)

    def _write(self, listing: Listing, chosen: Plan, download: Download, removed: tuple[str, ...]) -> int:
        options = self._options
        load = Load("sync", self._portal.url, editor(options, self._settings), options.why, download.faults)
        total = len(download.items)
        records = tqdm(download.records(), "writing", total, unit=" records", file=sys.stderr, disable=None)
        report = self._store.write(records, Origin.PORTAL, removed=removed, load=load, force=options.force)
        faulty = {fault.place for fault in download.faults}
        fetched = {item.code for item in download.items} - faulty
        self._store.remember_listing(listing.items, fetched, self._today, chosen.missing if removed else ())
        self._staging.clear()
        print(f"{report.total} records fetched: {counts_text(report.counts())}")
        tell_faults(download.faults)
        tell_some("skipped", [f"{skip.code}: {skip.reason}" for skip in report.skips])
        return FAULTY if download.faults or not listing.complete or chosen.unknown_codes else OK

    def _removed(self, known: dict[str, Known], chosen: Plan) -> tuple[str, ...]:
        if len(chosen.missing) <= max(_MOST_REMOVED * len(known), 1) or self._options.allow_removals:
            return chosen.missing
        said = f"the list lacks {len(chosen.missing)} of {len(known)} known procedures: none is marked as removed"
        print(f"{said}; if that is true, --allow-removals", file=sys.stderr)
        return ()

    def _tell(self, listing: Listing, chosen: Plan) -> None:
        self._close_bar()
        if not listing.complete:
            said = f"the list is not whole: {len(listing.items)} procedures of {listing.total or '?'}"
            print(f"{said}; nothing is taken for removed", file=sys.stderr)
        tell_some("not on the list", list(chosen.unknown_codes))
        if not listing.items:
            raise PortalError("the portal's list is empty; the catalogue stays as it was")
        print(
            f"{len(listing.items)} on the list: {len(chosen.new)} new, {len(chosen.changed)} changed there, "
            f"{len(chosen.old)} to look at again, {len(chosen.missing)} gone"
        )
        staged = sum(item in self._staging for item in chosen.wanted)
        if staged:
            print(f"{staged} records are there from an earlier run")

    def _progress(self, doing: str, done: int, total: int) -> None:
        if self._bar is None or self._doing != doing:
            self._close_bar()
            self._bar = tqdm(desc=doing, total=total or None, file=sys.stderr, disable=None, unit=" records")
            self._doing, self._done = doing, 0
        self._bar.update(done - self._done)
        self._done = done

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
