"""What a sync has fetched, on disk until the catalogue has it: an interrupted sync goes on from there."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO

from knowledge.errors import PortalError
from knowledge.portal.models import ListItem

_KEPT_DAYS = 2
"""Older records are fetched again: what the portal says today is what counts."""


class Staging:
    """Records by entry of the list, appended line by line; a line cut off by a crash is one record to fetch again."""

    def __init__(self, folder: Path, url: str, today: date) -> None:
        self._path = folder / "fetched.jsonl"
        self._url, self._today = url, today
        self._places: dict[str, int] = {}
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Staging:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+b")
        self._index()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __contains__(self, item: ListItem) -> bool:
        return _key(item) in self._places

    def put(self, item: ListItem, record: bytes) -> None:
        """Keep the record of `item`."""
        assert self._file is not None  # noqa: S101 - used inside `with`
        self._file.seek(0, os.SEEK_END)
        place = self._file.tell()
        head = {"key": _key(item), "url": self._url, "day": self._today.isoformat()}
        line = json.dumps(head | {"record": record.decode("utf-8")}, ensure_ascii=False)
        self._file.write(line.encode("utf-8") + b"\n")
        self._file.flush()
        self._places[_key(item)] = place

    def get(self, item: ListItem) -> bytes:
        """Return the record of `item`, which is kept."""
        assert self._file is not None  # noqa: S101 - used inside `with`
        self._file.seek(self._places[_key(item)])
        record: str = json.loads(self._file.readline())["record"]
        return record.encode("utf-8")

    def clear(self) -> None:
        """Forget everything: the catalogue has it."""
        self._places.clear()
        if self._file is not None:
            self._file.truncate(0)

    def _index(self) -> None:
        assert self._file is not None  # noqa: S101 - called on entering
        oldest = (self._today - timedelta(days=_KEPT_DAYS)).isoformat()
        self._file.seek(0)
        place, whole = 0, 0
        for line in self._file:
            start, place = place, place + len(line)
            try:
                entry = json.loads(line)
                usable = entry["url"] == self._url and oldest <= entry["day"] <= self._today.isoformat()
                key = str(entry["key"])
            except (ValueError, KeyError, TypeError):
                continue
            whole = place
            if usable:
                self._places[key] = start
        if not self._places:
            self._file.truncate(0)
        elif whole < place:
            self._file.truncate(whole)


@contextmanager
def only_sync(folder: Path) -> Iterator[None]:
    """Let one sync run at a time; raise `PortalError` where another one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PortalError("another sync is running") from error
        yield


def _key(item: ListItem) -> str:
    return f"{item.id} {item.digest}"
