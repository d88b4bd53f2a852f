"""What the commands of `python -m bot.privacy` do."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.attachments.build import build_cipher
from bot.errors import PrivacyStepError
from bot.hub.conversations import ConversationStore
from bot.hub.forgetting import FORGETTING
from bot.hub.tables import CONVERSATION
from bot.ops.clock import CITY_TIME, Clock
from bot.privacy import holds as hold_rows
from bot.privacy.backup import OPERATIONS, TRACKER, erased_in, is_empty, restore_backup, write_backup, write_keys
from bot.privacy.backup_seal import BackupSeal
from bot.privacy.build import PrivacyParts
from bot.privacy.drill import Drill, photos_open, rehearse
from bot.privacy.erasing import erase_everywhere
from bot.privacy.models import DataRequest, RequestOutcome
from bot.privacy.retention import ClassReport
from bot.privacy.tables import ERASED
from bot.services import CaseServices
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate

Found = TypeVar("Found")
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Desk:
    """What a command works with; `say` prints a line."""

    settings: Settings
    services: CaseServices
    parts: PrivacyParts
    say: Callable[[str], None]

    @property
    def urls(self) -> dict[str, str]:
        """The stores that are backed up, by name."""
        return {OPERATIONS: self.settings.database_url, TRACKER: self.settings.tracker_url}

    @property
    def seal(self) -> BackupSeal:
        """What backups are sealed with, where the operator has set a key."""
        return BackupSeal(self.settings.backup_keys)

    def now(self) -> datetime:
        return self.services.clock.now()


async def list_requests(desk: Desk, options: argparse.Namespace) -> int:
    found = await desk.parts.desk.listed(options.all)
    for one in found:
        desk.say(_line(one))
    if not found:
        desk.say("no requests")
    return 0


async def acknowledge(desk: Desk, options: argparse.Namespace) -> int:
    desk.say(_line(await desk.parts.desk.acknowledge(options.receipt, options.by)))
    return 0


async def done(desk: Desk, options: argparse.Namespace) -> int:
    outcome = RequestOutcome(options.outcome)
    desk.say(_line(await desk.parts.desk.done(options.receipt, options.by, outcome)))
    return 0


async def erase_due(desk: Desk, _options: argparse.Namespace) -> int:
    found = await desk.parts.erasures.carry_out()
    desk.say(", ".join(f"{name} {count}" for name, count in found.items()) or "nothing is due")
    return 0


async def retention(desk: Desk, options: argparse.Namespace) -> int:
    if options.reports:
        for day, report in await desk.parts.retention.reports():
            desk.say(f"{day:%Y-%m-%d}")
            _say_report(desk, report)
        return 0
    work = desk.parts.retention.run if options.run else desk.parts.retention.preview
    report = await work()
    desk.say("erased:" if options.run else "would be erased:")
    _say_report(desk, report)
    return 0


async def hold(desk: Desk, options: argparse.Namespace) -> int:
    work = desk.services.operations().write
    made = await work(hold_rows.place, options.name, options.reason, options.by, desk.now())
    desk.say(f"hold {made.id} on {made.scope} {made.name}")
    return 0


async def release(desk: Desk, options: argparse.Namespace) -> int:
    work = desk.services.operations().write
    await work(hold_rows.release, options.number, options.reason, options.by, desk.now())
    desk.say(f"hold {options.number} is released")
    return 0


async def holds(desk: Desk, _options: argparse.Namespace) -> int:
    standing = await desk.services.operations().run(hold_rows.standing)
    for one in standing:
        desk.say(f"{one.id}  {one.scope} {one.name}  since {one.since:%Y-%m-%d} by {one.by}: {one.reason}")
    if not standing:
        desk.say("nothing is on hold")
    return 0


async def backup(desk: Desk, options: argparse.Namespace) -> int:
    urls = {name: url for name, url in desk.urls.items() if not is_empty(url)}
    desk.say(str(write_backup(options.folder, urls, desk.now(), desk.seal)))
    if not desk.seal:
        desk.say("note: the backup is not sealed; set MOTCUA_BACKUP_KEYS, or keep it on an encrypted disk")
    if options.keys:
        found = write_keys(options.keys, desk.settings.data_dir)
        desk.say(f"keys: {', '.join(found) or 'none; they are settings'}; keep them apart from the backup")
    return 0


async def restore(desk: Desk, options: argparse.Namespace) -> int:
    """Who was erased since the backup is erased again: from the list, and from what is overwritten."""
    again = set(_read_list(options.erased)) if options.erased else set()
    empty = is_empty(desk.settings.database_url)
    if not empty:
        again |= set(await _with_database(desk.settings.database_url, erased_in))
    if empty and not options.erased:
        desk.say("note: no list of erased conversations (--erased); who was erased since the backup comes back")
    restore_backup(options.folder, _held_in(options.folder, desk), options.force, desk.seal)
    migrate(desk.settings.database_url)
    count = await _erase_all_again(desk.settings.database_url, sorted(again), desk.services.clock)
    desk.say(f"restored; erased again: {count}. The hubs have the assistant forget them when they start.")
    photos = await _with_database(desk.settings.database_url, photos_open, build_cipher(desk.settings))
    if photos.closed:
        desk.say(f"WRONG KEYS: {photos.closed} of {photos.tried} photos do not open; put the backup's keys here")
        return 1
    return 0


async def drill(desk: Desk, options: argparse.Namespace) -> int:
    """Bring a backup back beside what runs, look at it, throw it away, and remember that it was done."""

    def work() -> Drill:
        into = {OPERATIONS: options.into, TRACKER: options.into_tracker}
        cipher = partial(build_cipher, desk.settings)
        return rehearse(options.folder, into, options.by, cipher, desk.now(), desk.seal)

    done = await asyncio.to_thread(work)
    desk.say(f"{done.backup}: restored, {done.conversations} conversations, {done.photos} photos opened; noted")
    if done.remembered is None:
        desk.say("the tracker was not tried: name an empty PostgreSQL database with --into-tracker")
    else:
        desk.say(f"tracker: restored, {done.remembered} conversations")
    return 0


async def erased(desk: Desk, _options: argparse.Namespace) -> int:
    for one in await desk.services.operations().run(erased_in):
        desk.say(one)
    return 0


def _held_in(folder: Path, desk: Desk) -> dict[str, str]:
    """The stores that the backup holds; one that was empty when it was made is not in it."""
    return {name: url for name, url in desk.urls.items() if name == OPERATIONS or any(folder.glob(f"{name}.*"))}


async def _with_database(url: str, work: Callable[..., Found], *args: Any) -> Found:
    database = Database(make_engine(url))
    try:
        return await database.write(work, *args)
    finally:
        database.close()


async def _erase_all_again(url: str, ids: list[str], clock: Clock) -> int:
    database = Database(make_engine(url))
    try:
        return await database.write(_erase_again, ConversationStore(database, clock, FORGETTING), ids, clock.now())
    finally:
        database.close()


def _erase_again(connection: Connection, store: ConversationStore, ids: list[str], now: datetime) -> int:
    count = 0
    for one in ids:
        gone = connection.execute(select(CONVERSATION.c.erased_at).where(CONVERSATION.c.id == one)).first()
        if gone is not None and gone.erased_at is None:
            count += erase_everywhere(store, connection, one, now)
        elif gone is None and connection.execute(select(ERASED).where(ERASED.c.conversation_id == one)).first() is None:
            # Younger than the backup: nothing of it came back; it stays on the list of the next one.
            connection.execute(insert(ERASED).values(conversation_id=one, erased_at=now, counts={}))
    return count


def _read_list(file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    except UnicodeDecodeError:
        lines = ["?"]
    if not all(_ID.fullmatch(line) for line in lines if line):
        raise PrivacyStepError(f"{file.name} is no list of conversations")
    return [line for line in lines if line]


def _line(one: DataRequest) -> str:
    parts = [one.receipt, one.kind.value, one.state.value, f"asked {one.asked_at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}"]
    if one.acknowledged_at is None:
        parts.append(f"acknowledge by {one.acknowledge_by:%d/%m/%Y}")
    if one.done_at is None:
        parts.append(f"due {one.due_on:%d/%m/%Y}")
    if one.petition_code:
        parts.append(f"petition {one.petition_code}")
    if one.outcome is not RequestOutcome.NONE:
        parts.append(f"{one.outcome.value} by {one.by}")
    return "  ".join(parts)


def _say_report(desk: Desk, report: dict[str, ClassReport]) -> None:
    for name, entry in report.items():
        more = " or more" if entry.more else ""
        desk.say(f"  {name:<14} {entry.erased}{more}{'  ON HOLD' if entry.held else ''}")
