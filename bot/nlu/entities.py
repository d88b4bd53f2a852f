"""Entities that a pattern decides: procedure codes, case codes, references, agencies, the number of a choice."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Any

from bot.nlu.folded_matcher import FoldedMatcher
from bot.nlu.linking import CODE
from bot.ops.case_codes import FoundCode, find_case_codes
from bot.ops.clock import SystemClock, city_date
from bot.ops.petition_codes import find_petition_codes
from bot.referrals.references import written_reference
from knowledge.curated import read_yaml
from knowledge.search.life import former_agencies, load_life
from knowledge.search.normalise import LEXICON_DIR
from knowledge.text import fold

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


def find_entities(text: str, today: date | None = None) -> list[dict[str, Any]]:
    """Return Rasa entities: entity, value, start, end. `today`: the city's day, the machine's where it is not given."""
    found = [_entity("procedure_code", match.group(1), match.start(), match.end()) for match in CODE.finditer(text)]
    found += [_case_entity(code) for code in find_case_codes(text, today or city_date(SystemClock().now()))]
    found += [_entity("petition_code", code, 0, len(text)) for code in find_petition_codes(text)]
    found += [_entity("agency", match.label, match.start, match.end) for match in agency_matcher().find(text)]
    reference = written_reference(text)
    if reference:
        found.append(_entity("referral_reference", reference, 0, len(text)))
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


def _case_entity(found: FoundCode) -> dict[str, Any]:
    """A dossier code as the systems write it, or what is wrong with one."""
    if found.code is not None:
        return _entity("case_code", str(found.code), found.start, found.end)
    return _entity("case_code_fault", found.fault.value if found.fault else "", found.start, found.end)


def _entity(name: str, value: str, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "extractor": "PatternEntityExtractor"}
