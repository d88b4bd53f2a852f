"""The machine: room, who may read the files, time zone."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.doctor.findings import Deployment, Finding, error, ok, skipped, warning

GIGABYTE = 1024**3
LEAST_FREE, LITTLE_FREE = 1 * GIGABYTE, 5 * GIGABYTE
CITY_ZONE = "Asia/Ho_Chi_Minh"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
PRIVATE = ("secret", "photo_key", "operations.db", "tracker.db")


def disk(at: Deployment) -> Iterator[Finding]:
    """Room where the data is; a full disk stops every store."""
    folder = _first_there(at.settings.data_dir)
    free = shutil.disk_usage(folder).free
    facts = {"free": f"{free / GIGABYTE:.1f}", "folder": at.settings.data_dir}
    if free < LEAST_FREE:
        yield error("disk", "disk_full", **facts)
    elif free < LITTLE_FREE:
        yield warning("disk", "disk_little", **facts)
    else:
        yield ok("disk", **facts)


def files(at: Deployment) -> Iterator[Finding]:
    """The data folder can be written to, and holds nothing private that other users of the machine can read."""
    folder = at.settings.data_dir
    if not folder.is_dir():
        yield skipped("files", "data_dir_missing", folder=folder)
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield error("files", "data_dir_readonly", folder=folder)
        return
    open_to_all = [name for name in PRIVATE if (folder / name).is_file() and (folder / name).stat().st_mode & OTHERS]
    for name in open_to_all:
        keyfile = name in ("secret", "photo_key")
        finding = error if keyfile else warning
        yield finding("files", "file_readable", path=folder / name)
    if not open_to_all:
        yield ok("files")


def time_zone(_at: Deployment) -> Iterator[Finding]:
    """Working days and hours are the city's, wherever the machine stands."""
    try:
        ZoneInfo(CITY_ZONE)
    except ZoneInfoNotFoundError:
        yield error("time_zone", "time_zone_missing", zone=CITY_ZONE)
    else:
        yield ok("time_zone", zone=CITY_ZONE)


def _first_there(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())
