"""Errors of the catalogue, each with a stable code (docs/errors.md)."""

from __future__ import annotations


class CatalogueError(Exception):
    code = "CATALOGUE_FAULT"


class CatalogueUnreadableError(CatalogueError):
    """The catalogue's database cannot be opened or read."""

    code = "CATALOGUE_UNREADABLE"


class ProcedureUnknownError(CatalogueError):
    """No record has this code, old or new."""

    code = "PROCEDURE_UNKNOWN"


class RecordInvalidError(CatalogueError):
    """A record cannot be read; `place` says where (file, line)."""

    code = "RECORD_INVALID"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place, self.reason = place, reason


class PortalError(CatalogueError):
    """The national portal gives no answer that can be used; the catalogue stays as it was."""

    code = "PORTAL_FAULT"


class PortalBlockedError(PortalError):
    """The portal's firewall answers instead of the portal: an HTML page, or 403, or 429."""

    code = "PORTAL_BLOCKED"


class EditRefusedError(CatalogueError):
    """A change to a curated file would make no sense or leave it invalid; the file stays as it was."""

    code = "EDIT_REFUSED"


class LoadNotUndoableError(CatalogueError):
    """A load cannot be taken back: unknown, taken back already, or a later one stands on it."""

    code = "LOAD_NOT_UNDOABLE"
