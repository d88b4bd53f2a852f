"""A file that somebody sent → a clean JPEG, or why not. Runs in a process of its own (examiner.py)."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress

from PIL import Image, ImageOps

from bot.attachments.codes import refusal_for_codes
from bot.attachments.models import PhotoRefusal, Prepared
from bot.attachments.printed import refusal_for_words

MOST_PIXELS = 50_000_000
"""A picture of so many pixels takes some 200 MB while it is looked at."""
LONGEST_SIDE = 2048
QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")
_LOOKED_AT = 3000
"""Codes are looked for in a picture whose longest side is at least this, where it came so large."""
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")


class PhotoUnfitError(Exception):
    """The file is not taken; `reason` says why."""

    def __init__(self, reason: PhotoRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def prepare(data: bytes) -> Prepared:
    """Return the photo as it may be kept. Raises `PhotoUnfitError`.

    The JPEG is made anew from the pixels: no EXIF, XMP, IPTC, colour profile, comment, thumbnail, further picture or
    trailing byte of the file is in it. The picture is turned upright first, since that is said in the EXIF.
    """
    check_kind(data)
    try:
        picture = _decode(data)
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoUnfitError(PhotoRefusal.TOO_MANY_PIXELS) from error
    except PhotoUnfitError:
        raise
    except Exception as error:  # decoders raise whatever they like over a broken file
        raise PhotoUnfitError(PhotoRefusal.UNREADABLE) from error
    refusal = refusal_for_codes(picture) or refusal_for_words(picture)
    if refusal is not None:
        raise PhotoUnfitError(refusal)
    return _encode(picture)


def check_kind(data: bytes) -> None:
    """Look at the first bytes, never at a name or an announced type. Raises `PhotoUnfitError`."""
    if not data:
        raise PhotoUnfitError(PhotoRefusal.EMPTY)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise PhotoUnfitError(PhotoRefusal.HEIC)
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise PhotoUnfitError(PhotoRefusal.NOT_A_PHOTO)


def _decode(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PhotoUnfitError(PhotoRefusal.TOO_MANY_PIXELS)
            opened.draft("RGB", (_LOOKED_AT, _LOOKED_AT))  # large JPEGs come out smaller, in a part of the memory
            opened.load()
            return _upright(opened)


def _upright(opened: Image.Image) -> Image.Image:
    picture: Image.Image = opened
    with suppress(Exception):  # a damaged EXIF loses its say, not the picture
        picture = ImageOps.exif_transpose(opened) or opened
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("RGB")


def _encode(picture: Image.Image) -> Prepared:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # nothing of the file's own notes comes along
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return Prepared(file.getvalue(), bare.width, bare.height)
