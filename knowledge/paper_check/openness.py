"""Components in general words, of which a list does not say which papers they are."""

from __future__ import annotations

import re

from knowledge.models import DossierComponent
from knowledge.paper_check.clauses import Segment, segments
from knowledge.paper_check.lexicon import load_papers

_OPEN = re.compile(
    r"\b(?:giay to|tai lieu|van ban|ho so|chung tu)(?: \w+){0,3}? (?:khac|lien quan|can thiet)\b"
    r"|\b(?:cac|mot trong cac)(?: loai)? (?:giay to|tai lieu)(?: \w+){0,2} (?:quy dinh|theo)\b"
    r"|\b(?:giay to|van ban|tai lieu)(?: \w+){0,3}? (?:can|de nghi|duoc de nghi|yeu cau)(?: duoc)?"
    r" (?:sao|chung thuc|chung nhan|hop phap hoa|cong chung|xac nhan|dich)\b"
    r"|\bthanh phan ho so\b|\bho so (?:theo quy dinh|de nghi \w+)\b"
)
_GENERAL = re.compile(r"^(?:(?:ban|sao|chinh|mot|trong|cac|nhung|loai|so|hop|le|\d+|va) ){0,6}(?:giay to|tai lieu)\b")
_PROOF = re.compile(r"\b(?:giay to|tai lieu|chung tu)(?: \w+){0,6}? (?:chung minh|lam can cu|xac nhan|the hien)\b")


def is_open(component: DossierComponent) -> bool:
    """Say whether the component could be almost any paper.

    "Giấy tờ chứng minh …" is open unless what it proves is one of the lexicon's kinds: then only papers of that kind
    can be meant, and those are found by it.
    """
    for segment in segments(component.name):
        said = (
            (_GENERAL.search(segment.text) and not segment.head)
            or _OPEN.search(segment.text)
            or (_PROOF.search(segment.text) and not segment.head)
        )
        if said and not _is_known_kind(segment):
            return True
    return False


def _is_known_kind(segment: Segment) -> bool:
    return any(segment.holds(phrase) for phrases in load_papers().kinds.values() for phrase in phrases)
