"""Entities that a pattern decides: procedure codes, case codes, agencies, the number of a choice."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.nlu.folded_matcher import FoldedMatcher
from bot.nlu.linking import CODE
from knowledge.curated import read_yaml
from knowledge.search.life import former_agencies, load_life
from knowledge.search.normalise import LEXICON_DIR
from knowledge.text import fold

# law and process brief B.5: {unit}-{yymmdd}-{sequence}; tolerant of blanks, dashes of all kinds and O for 0.
CASE_CODE = re.compile(
    r"(?<![\w.])[A-Z]?\d{1,3}(?:\s?\.\s?[A-Z]?\d{1,3}){0,5}\s?[-–—]\s?([\dOo]{6})\s?[-–—]\s?[\dOo]{4,7}(?!\w)",
    re.IGNORECASE,
)
_ORDINALS = {"nhat": 1, "mot": 1, "dau": 1, "dau tien": 1, "hai": 2, "nhi": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5}
# With its marks an ordinal is one of these: "đâu" (where), "từ" (from), "bà" (grandmother) are not.
_MARKED_ORDINALS = frozenset({"nhất", "một", "đầu", "đầu tiên", "nhì", "nhị", "tư", "bốn", "năm"})
_CHOICE = re.compile(
    r"^(?:(?:toi|em|anh|chi|minh)\s+)?(?:chon\s+)?"
    r"(?:y\s+|cai\s+|so\s+|muc\s+|phuong an\s+|lua chon\s+|thu tuc\s+)*(?:thu\s+)?"
    r"(\d{1,2}|dau tien|nhat|mot|dau|hai|nhi|ba|tu|bon|nam)(?:\s+(?:nhe|nha|a|di|do|ay|thoi))*\W*$"
)


@lru_cache(maxsize=1)
def agency_matcher() -> FoldedMatcher:
    """Return the matcher over agencies.yml and the old agencies of life.yml (knowledge/content/lexicon), built once."""
    names = {name: list(map(str, texts)) for name, texts in read_yaml(LEXICON_DIR / "agencies.yml").items()}
    for today, old in former_agencies(load_life()).items():
        names.setdefault(today, []).extend(old)
    return FoldedMatcher(names)


def find_entities(text: str) -> list[dict[str, Any]]:
    """Return Rasa entities: entity, value, start, end."""
    found = [_entity("procedure_code", match.group(1), match.start(), match.end()) for match in CODE.finditer(text)]
    cases = (match for match in CASE_CODE.finditer(text) if _is_date(match.group(1)))
    found += [_entity("case_code", match.group(0), match.start(), match.end()) for match in cases]
    found += [_entity("agency", match.label, match.start, match.end) for match in agency_matcher().find(text)]
    choice = choice_number(text)
    if choice is not None:
        found.append(_entity("choice", str(choice), 0, len(text)))
    return found


def choice_number(text: str) -> int | None:
    """Return n when the whole message picks the n-th of a list ("2", "cái thứ hai", "số 3 nhé")."""
    match = _CHOICE.match(" ".join(fold(text).split()))
    if match is None:
        return None
    word = match.group(1)
    typed = " ".join(unicodedata.normalize("NFC", text.lower()).split())
    if typed[match.start(1) : match.end(1)] not in (word, *_MARKED_ORDINALS):
        return None
    return int(word) if word.isdigit() else _ORDINALS[word]


def _is_date(digits: str) -> bool:
    """Say whether `digits` (yymmdd, O for 0 allowed) is a day that exists."""
    try:
        datetime.strptime(digits.upper().replace("O", "0"), "%y%m%d")  # noqa: DTZ007 - only a day
    except ValueError:
        return False
    return True


def _entity(name: str, value: str, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "extractor": "PatternEntityExtractor"}
