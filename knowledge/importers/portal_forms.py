"""Official forms by name (R-14): the number that a paper's own words give, else the name of the file beside it."""

from __future__ import annotations

import re
from typing import Any

from knowledge.importers.portal_values import kept_fold, text_of
from knowledge.text import clean_line

_EXTENSION = re.compile(r"\.(docx?|pdf|xlsx?|rtf|odt|zip|rar|jpe?g|png)\d*$", re.IGNORECASE)
_NUMBER = r"[A-ZĐa-zđ]{0,6}\d[\w./-]*|[A-ZĐ]{1,8}(?:[./-]?[A-ZĐ0-9]{1,8})+(?![a-zà-ỹ])"
_IN_WORDS = re.compile(
    rf"\b[Mm]ẫu(?: (?:đơn|tờ khai|biểu|phiếu|giấy đề nghị|văn bản))?(?: số)?:? ?({_NUMBER})"
    rf"(?:((?:, | và | hoặc |; )(?:[Mm]ẫu )?(?:số )?(?:{_NUMBER}))*)"
)
_DIGIT = re.compile(r"\d")
_LONGEST_WORD = 14
_SAY_NOTHING = ("mau", "mau don", "mau so", "phu luc", "don", "form")
_LOCK_FILE = "~$"
_ATTACHED = "mẫu đính kèm"
"""A form whose file has a name that says nothing."""


def form_of(words: str, attachments: Any) -> str:
    """Return what to call the forms of a paper; empty where it has none."""
    numbers = [f"Mẫu {found}" for found in numbers_in(words)]
    if numbers:
        return "; ".join(dict.fromkeys(numbers))
    names = [form_name(item) or _ATTACHED for item in attachments or []]
    readable = [name for name in names if name != _ATTACHED]
    return "; ".join(dict.fromkeys(readable or names))


def numbers_in(words: str) -> list[str]:
    """Return the numbers of forms that `words` name: "số 02", "TK03", "TP-QTV-01"."""
    found = []
    for match in _IN_WORDS.finditer(words):
        said = match.group(0)
        rest = said[match.start(1) - match.start(0) :].rstrip(".,;/- ")
        if _DIGIT.search(rest):
            found.append(f"số {rest}" if rest[:1].isdigit() else rest)
    return found


def form_name(attachment: Any) -> str:
    """Return a form's file name as words; empty where letters were lost in it or it names no file for reading."""
    name = text_of(attachment.get("fileName")) if isinstance(attachment, dict) else ""
    if name.startswith(_LOCK_FILE):
        return ""
    bare = clean_line(_EXTENSION.sub("", name).replace("_", " "))
    return bare if _is_readable(bare) and kept_fold(bare) not in _SAY_NOTHING else ""


def _is_readable(name: str) -> bool:
    """A name whose words ran together lost its marks on the way: "PhlcIITKcpGCS"."""
    longest = max((len(word) for word in re.findall(r"[^\W\d_]+", kept_fold(name))), default=0)
    return longest <= _LONGEST_WORD
