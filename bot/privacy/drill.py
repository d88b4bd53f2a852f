"""The drill of a restore: a backup is brought back beside what runs, looked at, and thrown away. A line remembers it.

It shows that the backup is whole, fits this program, and that the keys which are here open its photos.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import Connection

from bot.attachments import store
from bot.attachments.cipher import Cipher
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.errors import PhotoUnreadableError, PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.privacy.backup import MANIFEST, OPERATIONS, TRACKER, check_backup, kind_of, restore_backup
from bot.privacy.backup_seal import SUFFIX, BackupSeal
from bot.store.engine import make_engine
from bot.store.migrate import migrate

RECORD = "drills.jsonl"
SAMPLE = 5
_OPEN = BackupSeal()


@dataclass(frozen=True)
class Photos:
    """Of the newest photos: how many were tried, and how many no key here opens."""

    tried: int
    closed: int


@dataclass(frozen=True)
class Drill:
    """One line of the record. made_at: of the drill; backup: the name of its folder; by: who did it.

    remembered: conversations in Rasa's tracker; None where it was not tried (no place, or none in the backup).
    """

    made_at: str
    backup: str
    by: str
    conversations: int
    photos: int
    remembered: int | None = None


def rehearse(
    folder: Path,
    into: Mapping[str, str | None],
    by: str,
    cipher: Callable[[], Cipher],
    now: datetime,
    seal: BackupSeal = _OPEN,
) -> Drill:
    """Restore, look, remember. into: by store, an empty PostgreSQL database, for a backup of one.

    Raises `PrivacyStepError` where the backup is not whole, or its photos do not open; then nothing is remembered.
    """
    if not by.strip():
        raise PrivacyStepError("a drill needs a person")
    files = check_backup(folder)
    with tempfile.TemporaryDirectory() as place:
        urls = _places(files, into, Path(place))
        restore_backup(folder, urls, force=False, seal=seal)
        migrate(urls[OPERATIONS])
        engine = make_engine(urls[OPERATIONS])
        try:
            with engine.connect() as connection:
                talks = connection.execute(select(func.count()).select_from(CONVERSATION)).scalar_one()
                photos = photos_open(connection, cipher())
        finally:
            engine.dispose()
        remembered = _remembered(urls[TRACKER]) if TRACKER in urls else None
    if photos.closed:
        raise PrivacyStepError(
            f"{photos.closed} of {photos.tried} photos do not open: the keys here are not the backup's"
        )
    person = " ".join(by.split())[:80]
    done = Drill(now.isoformat(), folder.resolve().name, person, int(talks), photos.tried, remembered)
    with (folder.resolve().parent / RECORD).open("a", encoding="utf-8") as record:
        record.write(json.dumps(asdict(done), ensure_ascii=False) + "\n")
    return done


def _places(files: Mapping[str, Path], into: Mapping[str, str | None], folder: Path) -> dict[str, str]:
    """Return where each store is restored to. A tracker of PostgreSQL without a place is left out."""
    if OPERATIONS not in files:
        raise PrivacyStepError("the backup has no operations")
    urls = {}
    for name, file in files.items():
        at = f"sqlite:///{folder / name}.db" if kind_of(file) == "db" else into.get(name)
        if at is not None:
            urls[name] = at
        elif name == OPERATIONS:
            raise PrivacyStepError("the backup is PostgreSQL's: name an empty database with --into")
    return urls


def _remembered(url: str) -> int:
    """Count the conversations that a restored tracker knows; a store other than Rasa's SQL has no such table."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("events"):
                return 0
            return int(connection.execute(text("SELECT count(DISTINCT sender_id) FROM events")).scalar_one())
    finally:
        engine.dispose()


def photos_open(connection: Connection, cipher: Cipher) -> Photos:
    """Try the newest photos with the keys that are here."""
    newest = (
        select(ATTACHMENT.c.id)
        .join(ATTACHMENT_DATA, ATTACHMENT_DATA.c.attachment_id == ATTACHMENT.c.id)
        .order_by(ATTACHMENT.c.created_at.desc())
        .limit(SAMPLE)
    )
    tried = closed = 0
    for row in connection.execute(newest).all():
        photo = store.find(connection, row.id)
        if photo is None:
            continue
        tried += 1
        try:
            store.read(connection, photo, cipher)
        except PhotoUnreadableError:
            closed += 1
    return Photos(tried, closed)


def drills_in(folder: Path) -> list[Drill]:
    """Return the drills that a folder of backups remembers, the oldest first; a line that is none is left out."""
    found = []
    try:
        lines = (folder / RECORD).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            found.append(Drill(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def backups_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the folders of whole backups, and of those that were broken off."""
    inside = sorted(one for one in folder.iterdir() if one.is_dir())
    whole = [one for one in inside if (one / MANIFEST).is_file()]
    return whole, [one for one in inside if one not in whole and any(one.iterdir())]


def made_at(folder: Path) -> datetime | None:
    """Return when a backup was made; None where its manifest cannot be read, or a file is missing or cut short.

    Sizes are compared, not hashes: those are the restore's and the drill's, a look must be quick.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        stores = manifest["stores"]
        fits = all((folder / Path(one["file"]).name).stat().st_size == one["bytes"] for one in stores.values())
        moment = datetime.fromisoformat(manifest["made_at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return moment if fits and OPERATIONS in stores and moment.tzinfo is not None else None


def lies_open(folder: Path) -> bool:
    """Say whether a whole backup has a file that anybody could read."""
    return any(not file.name.endswith((SUFFIX, MANIFEST)) for file in folder.iterdir() if file.is_file())
