"""The best index there is for the catalogue as it is now, without ever keeping a citizen waiting for a new one.

Where none is on disk yet, one without vectors is made at once (seconds); a process of its own makes the one with
vectors (minutes), and it is taken up when it is there.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from knowledge.search.index import ProcedureIndex
from knowledge.search.index_files import build_index, ensure_index, index_name, load_index
from knowledge.search.vectors import SentenceEncoder
from knowledge.settings import ROOT
from knowledge.store import CatalogueStore

logger = logging.getLogger(__name__)

_TRY_AGAIN = 600.0
"""Seconds before a maker that ended without an index is started again."""


def start_maker() -> subprocess.Popen[bytes]:
    """Make the index with vectors in a process that gives way to others; it dies with nobody, and leaves no half."""
    command = ["nice", "-n", "15", sys.executable, "-m", "knowledge", "index"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


class IndexSource:
    """Gives the index of the current catalogue; one for a process, shared by threads."""

    def __init__(
        self,
        store: CatalogueStore,
        folder: Path,
        encoder: SentenceEncoder | None,
        make: Callable[[], subprocess.Popen[bytes]] | None = start_maker,
    ) -> None:
        self._store, self._folder, self._encoder, self._make = store, folder, encoder, make
        self._held: ProcedureIndex | None = None
        self._name = ""
        self._maker: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._made_for: str | None = None
        self._lock = threading.Lock()

    def current(self) -> ProcedureIndex:
        """Return the best index of the catalogue's revision; of the one before, while a new one is being made."""
        with self._lock:
            revision = self._store.revision()
            if not revision and self._held is not None:
                return self._held  # the catalogue does not answer now
            for encoder in (self._encoder, None) if self._encoder else (None,):
                found = self._taken(revision, encoder)
                if found is not None:
                    if encoder is not self._encoder:
                        self._have_made(revision)
                    return found
            return self._without_any(revision)

    def _taken(self, revision: str, encoder: SentenceEncoder | None) -> ProcedureIndex | None:
        name = index_name(revision, encoder)
        if name == self._name:
            return self._held
        found = load_index(self._folder, revision, encoder)
        if found is not None:
            self._held, self._name = found, name
            logger.info("index of %d procedures, %s vectors", len(found.rows), "with" if encoder else "without")
        return found

    def _without_any(self, revision: str) -> ProcedureIndex:
        if self._held is not None and self._held.rows and self._make is not None:
            self._have_made(revision)
            return self._held
        self._held = self._of_words()
        self._name = index_name(revision, None)
        if self._encoder is not None:
            self._have_made(revision)
        return self._held

    def _of_words(self) -> ProcedureIndex:
        try:
            return ensure_index(self._store, self._folder, None)
        except OSError:
            logger.exception("the index cannot be kept in %s", self._folder)
            return build_index(self._store, None)

    def _have_made(self, revision: str) -> None:
        """Start the maker, unless it runs, has just failed, or has just ended for this very revision."""
        if self._make is None or (self._maker is not None and self._maker.poll() is None):
            return
        is_next = self._maker is not None and self._maker.returncode == 0 and revision != self._made_for
        if self._made_for is None or is_next or time.monotonic() - self._started >= _TRY_AGAIN:
            self._started, self._made_for = time.monotonic(), revision
            try:
                self._maker = self._make()
            except OSError:
                logger.exception("the maker of the index does not start")
