"""Backup and restore of what cannot be rebuilt: the operations store and the assistant's tracker; keys apart.

SQLite by its own online backup, PostgreSQL by `pg_dump` in custom format. A manifest names every file with its
SHA-256. The catalogue, the index and the models are rebuilt, not backed up. With a key (`backup_seal.py`) a file is
sealed on its way: in the folder of the backup nothing ever lies open.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.url import URL

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.privacy.backup_seal import SUFFIX, BackupSeal
from bot.store.engine import make_engine

MANIFEST, VERSION = "manifest.json", 1
OPERATIONS, TRACKER = "operations", "tracker"
KEY_FILES = ("secret", "photo_key")
_SUFFIX = {"sqlite": "db", "postgresql": "dump"}
_OPEN = BackupSeal()


def write_backup(folder: Path, urls: dict[str, str], now: datetime, seal: BackupSeal = _OPEN) -> Path:
    """Write each store of `urls` (name → address) into a new `folder`, sealed where there is a key.

    Return the manifest; a backup without one is none: it is written last. Raises `PrivacyStepError` where the folder
    has something in it, or a server's tool fails.
    """
    if folder.exists() and any(folder.iterdir()):
        raise PrivacyStepError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {name: _dump(folder, name, make_url(url), seal) for name, url in urls.items()}
    known = {
        name: {"file": file.name, "sha256": _sha256(file), "bytes": file.stat().st_size} for name, file in files.items()
    }
    manifest = folder / MANIFEST
    _write(manifest, json.dumps({"version": VERSION, "made_at": now.isoformat(), "stores": known}, indent=1))
    return manifest


def write_keys(folder: Path, data_dir: Path) -> list[str]:
    """Copy the keys that were made by themselves; those that are settings are the operator's to keep."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = [name for name in KEY_FILES if (data_dir / name).is_file()]
    for name in found:
        shutil.copyfile(data_dir / name, folder / name)
        os.chmod(folder / name, 0o600)
    return found


def check_backup(folder: Path) -> dict[str, Path]:
    """Return the files of a backup by store; raise `PrivacyStepError` where one is missing or was changed."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        stores = {
            str(name): (folder / Path(one["file"]).name, one["sha256"]) for name, one in manifest["stores"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PrivacyStepError(f"{folder} is no backup: its manifest cannot be read") from error
    if manifest.get("version") != VERSION:
        raise PrivacyStepError(f"the backup is of version {manifest.get('version')}, this program reads {VERSION}")
    for file, digest in stores.values():
        if not file.is_file() or _sha256(file) != digest:
            raise PrivacyStepError(f"{file.name} is missing or damaged")
    return {name: file for name, (file, _) in stores.items()}


def restore_backup(folder: Path, urls: dict[str, str], force: bool, seal: BackupSeal = _OPEN) -> None:
    """Bring every store back. Raises `PrivacyStepError`, before anything is changed, where the backup is not whole, is
    of another engine, no key opens it, or a store has something in it (unless `force`).
    """
    files = check_backup(folder)
    for name, url in urls.items():
        address = make_url(url)
        if name not in files:
            raise PrivacyStepError(f"the backup has no {name}")
        if kind_of(files[name]) != _SUFFIX[address.get_backend_name()]:
            raise PrivacyStepError(f"the backup of {name} is of another kind of database")
        if not force and not is_empty(url):
            raise PrivacyStepError(f"{name} is not empty; --force overwrites it")
        with Path(os.devnull).open("wb") as nowhere:
            _unseal(files[name], nowhere, seal)
    for name, url in urls.items():
        _load(files[name], make_url(url), seal)


def kind_of(file: Path) -> str:
    """Return "db" for a file of SQLite's, "dump" for one of PostgreSQL's, sealed or not."""
    return file.name.removesuffix(SUFFIX).rpartition(".")[2]


def is_empty(url: str) -> bool:
    """Say whether a database has no table, or is not there yet (SQLite)."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return True
    engine = make_engine(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def erased_in(connection: Connection) -> list[str]:
    """Return the ids of all erased conversations: random numbers, of nobody."""
    if not inspect(connection).has_table(CONVERSATION.name):
        return []
    rows = connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.erased_at.isnot(None)))
    return sorted(row.id for row in rows)


def _dump(folder: Path, name: str, url: URL, seal: BackupSeal) -> Path:
    file = folder / f"{name}.{_SUFFIX[url.get_backend_name()]}{SUFFIX if seal else ''}"
    with open(file, "xb", opener=_private) as target:
        if url.get_backend_name() == "postgresql":
            tool = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
            _run(tool, url, lambda pipe: _seal(pipe, target, seal))
        else:
            # The copy lies open only where the database itself does.
            place = Path(str(url.database)).parent
            with tempfile.TemporaryDirectory(dir=place, prefix=".backup-") as beside:
                copy_file = Path(beside) / "copy.db"
                with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(copy_file)) as copy:
                    source.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete by itself
                with copy_file.open("rb") as plain:
                    _seal(plain, target, seal)
    return file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _seal(source: IO[bytes], target: IO[bytes], seal: BackupSeal) -> None:
    if seal:
        seal.seal(source, target)
    else:
        shutil.copyfileobj(source, target)


def _unseal(file: Path, target: IO[bytes], seal: BackupSeal) -> None:
    with file.open("rb") as source:
        if file.suffix == SUFFIX:
            seal.open(source, target)
        else:
            shutil.copyfileobj(source, target)


def _load(file: Path, url: URL, seal: BackupSeal) -> None:
    if url.get_backend_name() == "postgresql":
        # One transaction: a restore that fails leaves what was there.
        tool = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
        _run([*tool, "--exit-on-error"], url, lambda pipe: _unseal(file, pipe, seal), into=True)
        return
    target = Path(str(url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whole beside it first: a full disk, or a kill, leaves what was there.
    beside = target.with_name(f".{target.name}.restoring")
    try:
        with open(beside, "wb", opener=_private) as plain:
            _unseal(file, plain, seal)
        for left in (Path(f"{target}-wal"), Path(f"{target}-shm")):
            left.unlink(missing_ok=True)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _run(command: list[str], url: URL, work: Callable[[IO[bytes]], None], *, into: bool = False) -> None:
    """Run a tool of PostgreSQL's, `work` reading what it writes, or writing what it reads (`into`).

    The password stands in a file that only we can read, not on a command line.
    """
    address = url.set(drivername="postgresql", password=None)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        if url.password:
            passwords = Path(folder) / "pgpass"
            _write(passwords, f"*:*:*:*:{_escaped(str(url.password))}")
            address = address.update_query_dict({"passfile": str(passwords)})
        target = f"--dbname={address.render_as_string(hide_password=False)}"
        ours, theirs = subprocess.PIPE, subprocess.DEVNULL
        pipes = (ours, theirs) if into else (theirs, ours)
        try:
            tool = subprocess.Popen(  # noqa: S603
                [*command, target], stdin=pipes[0], stdout=pipes[1], stderr=said
            )
        except FileNotFoundError as error:
            raise PrivacyStepError(
                f"{command[0]} is not installed: it is one of PostgreSQL's client programs"
            ) from error
        _feed(tool, work, into)
        if tool.returncode != 0:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["?"]
            raise PrivacyStepError(f"{command[0]} failed: {lines[-1][:300]}")


def _feed(tool: subprocess.Popen[bytes], work: Callable[[IO[bytes]], None], into: bool) -> None:
    """Wait for the tool. Where our side fails it is killed first: half a stream must not count as a whole one."""
    with tool:
        try:
            work(tool.stdin if into else tool.stdout)  # type: ignore[arg-type]  # both were asked for as pipes
        except BrokenPipeError:
            pass  # it has ended by itself, and says why
        except BaseException:
            tool.kill()
            raise


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _write(file: Path, text: str) -> None:
    file.write_text(text + "\n", "utf-8")
    os.chmod(file, 0o600)
