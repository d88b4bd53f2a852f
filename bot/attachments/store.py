"""Photos in the operations store. Functions over a connection: they join the transaction of their caller."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from string import ascii_lowercase

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement, Select

from bot.attachments.cipher import Cipher
from bot.attachments.models import DOCUMENT, PDF, PENDING_FOR, Attachment, PhotoState, Prepared
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.errors import PhotoUnreadableError

IMAGE = "image"
_ID_LENGTH = 28
_NOBODY = ""


def new_id() -> str:
    """A name that cannot be guessed (131 bits)."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(_ID_LENGTH))


def add(
    connection: Connection, sender: str, upload_id: str, photo: Prepared, cipher: Cipher, now: datetime
) -> Attachment:
    """Keep a photo that belongs to nothing yet."""
    attachment_id = new_id()
    row = {
        "id": attachment_id,
        "sender": sender,
        "upload_id": upload_id,
        "kind": DOCUMENT if photo.content_type == PDF else IMAGE,
        "state": PhotoState.PENDING.value,
        "content_type": photo.content_type,
        "size": len(photo.data),
        "width": photo.width,
        "height": photo.height,
        "sha256": hashlib.sha256(photo.data).hexdigest(),
        "created_at": now,
    }
    connection.execute(insert(ATTACHMENT).values(**row))
    sealed = cipher.encrypt(attachment_id, photo.data)
    connection.execute(insert(ATTACHMENT_DATA).values(attachment_id=attachment_id, data=sealed))
    return _one(connection, _get(attachment_id))


def find_upload(connection: Connection, sender: str, upload_id: str) -> Attachment | None:
    """The photo that the sender's device has sent under this name before."""
    return _first(
        connection, select(ATTACHMENT).where(ATTACHMENT.c.sender == sender, ATTACHMENT.c.upload_id == upload_id)
    )


def find(connection: Connection, attachment_id: str, sender: str | None = None) -> Attachment | None:
    """The attachment, of this sender where one is named."""
    query = _get(attachment_id)
    if sender is not None:
        query = query.where(ATTACHMENT.c.sender == sender, ATTACHMENT.c.sender != _NOBODY)
    return _first(connection, query)


def count(connection: Connection, sender: str, *states: PhotoState) -> int:
    """How many photos of the sender are in these states."""
    wanted = [state.value for state in states]
    query = select(func.count()).where(ATTACHMENT.c.sender == sender, ATTACHMENT.c.state.in_(wanted))
    return int(connection.execute(query).scalar_one())


def pending_bytes(connection: Connection) -> int:
    """What all photos that belong to nothing yet take."""
    query = select(func.coalesce(func.sum(ATTACHMENT.c.size), 0)).where(_is(PhotoState.PENDING))
    return int(connection.execute(query).scalar_one())


def pending_of(connection: Connection, sender: str, ids: Sequence[str]) -> list[Attachment]:
    """Those of `ids` that are the sender's and belong to nothing yet, in the order of `ids`."""
    mine = and_(ATTACHMENT.c.id.in_(list(ids)), ATTACHMENT.c.sender == sender, _is(PhotoState.PENDING))
    return _in_order(connection, mine, ids)


def attach(
    connection: Connection, ids: Sequence[str], sender: str, owner_kind: str, owner_id: str, now: datetime
) -> list[Attachment]:
    """Give the sender's pending photos to an owner. Return those of `ids` that are the owner's now, in that order.

    Done twice, it returns the same. What is missing from the answer is somebody else's, erased, or another owner's.
    """
    mine = and_(ATTACHMENT.c.id.in_(list(ids)), ATTACHMENT.c.sender == sender)
    values = {"state": PhotoState.ATTACHED.value, "owner_kind": owner_kind, "owner_id": owner_id, "attached_at": now}
    connection.execute(update(ATTACHMENT).where(mine, _is(PhotoState.PENDING)).values(**values))
    return _in_order(connection, and_(mine, _is(PhotoState.ATTACHED), _owned_by(owner_kind, owner_id)), ids)


def of_owner(connection: Connection, owner_kind: str, owner_id: str) -> list[Attachment]:
    """The owner's photos, also those that are erased, oldest first."""
    query = select(ATTACHMENT).where(_owned_by(owner_kind, owner_id)).order_by(ATTACHMENT.c.created_at, ATTACHMENT.c.id)
    return [_attachment(row) for row in connection.execute(query)]


def read(connection: Connection, attachment: Attachment, cipher: Cipher) -> bytes:
    """The picture itself. Raises `PhotoUnreadableError`."""
    query = select(ATTACHMENT_DATA.c.data).where(ATTACHMENT_DATA.c.attachment_id == attachment.id)
    sealed = connection.execute(query).scalar()
    if sealed is None:
        raise PhotoUnreadableError(attachment=attachment.id)
    return cipher.decrypt(attachment.id, bytes(sealed))


def erase_of_owner(connection: Connection, owner_kind: str, owner_id: str, now: datetime) -> int:
    """Erase the pictures of an owner; that there were some stays written. Return how many."""
    return _erase(connection, and_(_owned_by(owner_kind, owner_id), _is(PhotoState.ATTACHED)), now)


def erase_one(connection: Connection, attachment_id: str, now: datetime) -> bool:
    """Erase one picture that is attached."""
    return bool(_erase(connection, and_(ATTACHMENT.c.id == attachment_id, _is(PhotoState.ATTACHED)), now))


def remove_pending(connection: Connection, sender: str, attachment_id: str) -> bool:
    """Take back a photo before it belongs to anything: no trace of it stays."""
    mine = and_(ATTACHMENT.c.id == attachment_id, ATTACHMENT.c.sender == sender, _is(PhotoState.PENDING))
    return bool(_remove(connection, mine))


def remove_stale(connection: Connection, now: datetime) -> int:
    """Remove what was sent long ago and belongs to nothing; return how many."""
    return _remove(connection, and_(_is(PhotoState.PENDING), ATTACHMENT.c.created_at <= now - PENDING_FOR))


def forget_sender(connection: Connection, sender: str) -> None:
    """A conversation is erased: what belongs to nothing goes, and the rest is no longer known to be the sender's."""
    _remove(connection, and_(ATTACHMENT.c.sender == sender, _is(PhotoState.PENDING)))
    kept = ATTACHMENT.c.sender == sender
    connection.execute(update(ATTACHMENT).where(kept).values(sender=_NOBODY, upload_id=ATTACHMENT.c.id))


def _erase(connection: Connection, which: ColumnElement, now: datetime) -> int:
    ids = _lock(connection, which)
    connection.execute(delete(ATTACHMENT_DATA).where(ATTACHMENT_DATA.c.attachment_id.in_(ids)))
    values = {"state": PhotoState.ERASED.value, "erased_at": now, "sha256": "", "size": 0, "width": 0, "height": 0}
    connection.execute(update(ATTACHMENT).where(ATTACHMENT.c.id.in_(ids)).values(**values))
    return len(ids)


def _remove(connection: Connection, which: ColumnElement) -> int:
    ids = _lock(connection, which)
    connection.execute(delete(ATTACHMENT_DATA).where(ATTACHMENT_DATA.c.attachment_id.in_(ids)))
    connection.execute(delete(ATTACHMENT).where(ATTACHMENT.c.id.in_(ids)))
    return len(ids)


def _lock(connection: Connection, which: ColumnElement) -> list[str]:
    """Rows that are about to go, held so that nobody attaches them meanwhile (SQLite: the writer is alone anyway)."""
    return [row.id for row in connection.execute(select(ATTACHMENT.c.id).where(which).with_for_update())]


def _is(state: PhotoState) -> ColumnElement:
    return ATTACHMENT.c.state == state.value


def _owned_by(owner_kind: str, owner_id: str) -> ColumnElement:
    return and_(ATTACHMENT.c.owner_kind == owner_kind, ATTACHMENT.c.owner_id == owner_id)


def _get(attachment_id: str) -> Select:
    return select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)


def _in_order(connection: Connection, which: ColumnElement, ids: Sequence[str]) -> list[Attachment]:
    found = {row.id: _attachment(row) for row in connection.execute(select(ATTACHMENT).where(which))}
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def _one(connection: Connection, query: Select) -> Attachment:
    return _attachment(connection.execute(query).one())


def _first(connection: Connection, query: Select) -> Attachment | None:
    row = connection.execute(query).first()
    return None if row is None else _attachment(row)


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row.id,
        kind=row.kind,
        state=PhotoState(row.state),
        content_type=row.content_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        created_at=row.created_at,
        owner_kind=row.owner_kind,
        owner_id=row.owner_id,
        erased_at=row.erased_at,
    )
