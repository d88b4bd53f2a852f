"""Backup and restore of what cannot be rebuilt: the operations store and the assistant's tracker; keys apart.

SQLite by its own online backup, PostgreSQL by `pg_dump` in custom format. A manifest names every file with its
SHA-256. The catalogue, the index and the models are rebuilt, not backed up.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.url import URL

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.store.engine import make_engine

MANIFEST, VERSION = "manifest.json", 1
OPERATIONS, TRACKER = "operations", "tracker"
KEY_FILES = ("secret", "photo_key")
_SUFFIX = {"sqlite": "db", "postgresql": "dump"}


def write_backup(folder: Path, urls: dict[str, str], now: datetime) -> Path:
    """Write each store of `urls` (name → address) into a new `folder`; return the manifest.

    Raises `PrivacyStepError` where the folder has something in it, or a server's tool fails. A backup without a
    manifest is none: it is written last.
    """
    if folder.exists() and any(folder.iterdir()):
        raise PrivacyStepError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {name: _dump(folder, name, make_url(url)) for name, url in urls.items()}
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


def restore_backup(folder: Path, urls: dict[str, str], force: bool) -> None:
    """Bring every store back. Raises `PrivacyStepError`, before anything is changed, where the backup is not whole, is
    of another engine, or a store has something in it (unless `force`).
    """
    files = check_backup(folder)
    for name, url in urls.items():
        address = make_url(url)
        if name not in files:
            raise PrivacyStepError(f"the backup has no {name}")
        if files[name].suffix != f".{_SUFFIX[address.get_backend_name()]}":
            raise PrivacyStepError(f"the backup of {name} is of another kind of database")
        if not force and not is_empty(url):
            raise PrivacyStepError(f"{name} is not empty; --force overwrites it")
    for name, url in urls.items():
        _load(files[name], make_url(url))


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


def _dump(folder: Path, name: str, url: URL) -> Path:
    file = folder / f"{name}.{_SUFFIX[url.get_backend_name()]}"
    if url.get_backend_name() == "postgresql":
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}"], url)
    else:
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete by itself
    os.chmod(file, 0o600)
    return file


def _load(file: Path, url: URL) -> None:
    if url.get_backend_name() == "postgresql":
        # One transaction: a restore that fails leaves what was there.
        tool = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
        _run([*tool, "--exit-on-error", str(file)], url)
        return
    target = Path(str(url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whole beside it first: a full disk, or a kill, leaves what was there.
    beside = target.with_name(f".{target.name}.restoring")
    try:
        shutil.copyfile(file, beside)
        os.chmod(beside, 0o600)
        for left in (Path(f"{target}-wal"), Path(f"{target}-shm")):
            left.unlink(missing_ok=True)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _run(command: list[str], url: URL) -> None:
    """Run a tool of PostgreSQL's. The password stands in a file that only we can read, not on a command line."""
    address = url.set(drivername="postgresql", password=None)
    with tempfile.TemporaryDirectory() as folder:
        if url.password:
            passwords = Path(folder) / "pgpass"
            _write(passwords, f"*:*:*:*:{_escaped(str(url.password))}")
            address = address.update_query_dict({"passfile": str(passwords)})
        target = f"--dbname={address.render_as_string(hide_password=False)}"
        try:
            done = subprocess.run([*command, target], capture_output=True, text=True, check=False)  # noqa: S603
        except FileNotFoundError as error:
            raise PrivacyStepError(
                f"{command[0]} is not installed: it is one of PostgreSQL's client programs"
            ) from error
    if done.returncode != 0:
        raise PrivacyStepError(f"{command[0]} failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:300]}")


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
