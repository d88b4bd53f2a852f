"""Codes in a picture: identity papers carry them, and they are told from others by what they hold.

Found here: the QR code of the chip card (12-digit number, then fields parted by "|"), codes that hold a
machine-readable zone, PDF417 (identity papers and licences of many countries; hardly anything else that people
photograph), and QR codes for paying into an account (EMVCo). What a code holds is looked at and forgotten: it is
neither kept nor logged.
"""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

from bot.attachments.models import PhotoRefusal

_MATRIX = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode,PDF417,DataMatrix,Aztec")
_BINARIZERS = (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram)
_SMALL = 1600
"""Longest side, in pixels, under which the picture is also looked at in double size."""
_CITIZEN_ID = re.compile(r"(?<!\d)0\d{11}(?!\d)")
_FIRST_FIELD = re.compile(r"\s*\d{9}(?:\d{3})?\s*\|")
_ZONE = re.compile(r"(?:I[D<A-Z]|P[<A-Z]|AC|V[<A-Z])[A-Z<]{3}[A-Z0-9<]{9}|<{5,}")
_PAYING = re.compile(r"0002010[12]\d{2}")


def refusal_for_codes(picture: Image.Image) -> PhotoRefusal | None:
    """Look for codes in a picture (mode L or RGB) at full size; None where nothing speaks against it."""
    grey = picture.convert("L")
    views = [grey]
    if max(grey.size) < _SMALL:
        views.append(grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC))
    found = [verdict for view in views for binarizer in _BINARIZERS for verdict in _verdicts(view, binarizer)]
    for worst in (PhotoRefusal.IDENTITY_PAPER, PhotoRefusal.ACCOUNT_CODE):
        if worst in found:
            return worst
    # A code that one look could not read and another could has been judged by what it holds.
    unread = PhotoRefusal.UNREADABLE_CODE in found and None not in found
    return PhotoRefusal.UNREADABLE_CODE if unread else None


def judge_code(format_name: str, text: str) -> PhotoRefusal | None:
    """What speaks against a code that was read."""
    if _PAYING.match(text):  # holds account numbers, which may look like a citizen's
        return PhotoRefusal.ACCOUNT_CODE
    personal = _FIRST_FIELD.match(text) or _CITIZEN_ID.search(text) or _ZONE.search(text)
    return PhotoRefusal.IDENTITY_PAPER if personal or "PDF417" in format_name else None


def _verdicts(picture: Image.Image, binarizer: zxingcpp.Binarizer) -> list[PhotoRefusal | None]:
    codes = zxingcpp.read_barcodes(picture, formats=_MATRIX, binarizer=binarizer, return_errors=True)
    return [verdict for code in codes for verdict in _verdict(code)]


def _verdict(code: zxingcpp.Barcode) -> list[PhotoRefusal | None]:
    name = str(code.format)
    if code.valid:
        return [judge_code(name, code.text)]
    # Located and measured out, yet too blurred: it is a code. Other errors are often only a pattern in the picture.
    checksum = code.error is not None and code.error.type == zxingcpp.ErrorType.Checksum
    return [PhotoRefusal.UNREADABLE_CODE] if checksum and "QR" in name else []
