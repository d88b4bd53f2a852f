"""What the catalogue knows of a procedure, as far as routing needs it."""

from __future__ import annotations

from functools import lru_cache

from bot.ops.logging import EventLog
from bot.petitions.routing import UNKNOWN_LEVEL
from knowledge.errors import CatalogueError
from knowledge.store import CatalogueStore

log = EventLog("petitions")

_KEPT = 256
_UNKNOWN: tuple[tuple[str, ...], str] = ((UNKNOWN_LEVEL,), "")


class CatalogueFacts:
    """Procedure code → levels of authority and sector. A catalogue that is away hinders no petition."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: CatalogueStore | None = None
        self._known = lru_cache(maxsize=_KEPT)(self._read)

    def __call__(self, procedure_code: str) -> tuple[tuple[str, ...], str]:
        """Return what is known of a procedure; the level "unknown" where nothing is."""
        if not procedure_code:
            return _UNKNOWN
        try:
            return self._known(procedure_code)
        except CatalogueError as error:
            log.warning("procedure_unknown_to_routing", procedure=procedure_code, reason=error.code)
            return _UNKNOWN

    def _read(self, procedure_code: str) -> tuple[tuple[str, ...], str]:
        if self._store is None:
            self._store = CatalogueStore(self._url)
        found = self._store.get(procedure_code)
        return tuple(level.value for level in found.authority_levels) or (UNKNOWN_LEVEL,), found.sector
