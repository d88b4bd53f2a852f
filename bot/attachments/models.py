"""What is said about photos: their states, why one is refused, how much is borne."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

PHOTOS = "photos"
"""In `expects` of a message: the citizen is asked for photos."""
CONTENT_TYPE = "image/jpeg"
"""Every kept photo is one, whatever came; officers' documents are `PDF`."""
PDF = "application/pdf"
DOCUMENT = "document"
"""`kind` of an attachment that is a PDF; all others are images."""
MOST_PAGES = 20
MOST_BYTES = 10 * 1024 * 1024
"""Of a photo as it is sent; phones of today make 2 to 8 MB, the widget sends less."""
MOST_AT_ONCE = 5
"""Photos of one message."""
MOST_PENDING = 10
"""Photos of a conversation that belong to nothing yet."""
MOST_A_CONVERSATION = 20
MOST_PENDING_BYTES = 2 * 1024**3
"""Of all photos that belong to nothing yet: nobody fills the disk with conversations made for it."""
PENDING_FOR = timedelta(hours=24)


class PhotoState(str, Enum):
    """`PENDING`: belongs to nothing yet. `ERASED`: the row says that there was one, the picture is gone."""

    PENDING = "pending"
    ATTACHED = "attached"
    ERASED = "erased"


class PhotoRefusal(str, Enum):
    """Why a photo is not taken; each has a sentence in wording.yml."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    TOO_MANY_PIXELS = "too_many_pixels"
    HEIC = "heic"
    NOT_A_PHOTO = "not_a_photo"
    UNREADABLE = "unreadable"
    IDENTITY_PAPER = "identity_paper"
    ACCOUNT_CODE = "account_code"
    UNREADABLE_CODE = "unreadable_code"
    TOO_MANY = "too_many"
    NOT_EXPECTED = "not_expected"
    TOO_FAST = "too_fast"
    BUSY = "busy"
    ENDED = "ended"
    GONE = "gone"
    TOO_MANY_PAGES = "too_many_pages"
    LOCKED = "locked"
    """A PDF that needs a password."""
    SWITCHED_OFF = "switched_off"
    """The sentence is the administrator's; wording.yml has one for where none came along."""


@dataclass(frozen=True)
class Prepared:
    """What may be kept: a new JPEG without anything but its pixels (sizes in pixels), or a new PDF (0, and pages)."""

    data: bytes
    width: int
    height: int
    content_type: str = CONTENT_TYPE


@dataclass(frozen=True)
class Attachment:
    """What is kept beside the picture. `size` in bytes; `owner_kind` and `owner_id` name what it is attached to."""

    id: str
    kind: str
    state: PhotoState
    content_type: str
    size: int
    width: int
    height: int
    sha256: str
    created_at: datetime
    owner_kind: str | None = None
    owner_id: str | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True)
class Opened:
    """A kept photo with its picture."""

    attachment: Attachment
    data: bytes
