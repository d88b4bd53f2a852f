"""Several papers typed into one raw row, "Trường hợp 1: hồ sơ gồm: a) …; b) …", told apart where each is a paper."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from knowledge.importers.portal_forms import form_of
from knowledge.importers.portal_lines import capital
from knowledge.importers.portal_rows import Row, quantity_in_words
from knowledge.importers.portal_values import kept_fold

_MARKS = (
    re.compile(r"(?:^|(?<=[:;.,]))\s*(?=\b([a-zđ])\)\s)"),
    re.compile(r"(?:^|(?<=[:;.,]))\s+(?=([-+•])\s?[^\W\d_])"),
)
_LETTERS = "abcdđeghiklmnopqrstuvxy"
_MARK = re.compile(r"^(?:[a-zđ]\)|[-+•])\s*")
_LEAD = re.compile(r"^(ho so|thanh phan|(cac )?(loai )?giay to (phai )?nop|cac thanh phan|doi voi|truong hop)\b")
_ALTERNATIVES = re.compile(r"mot trong|chi can mot|noi dung")
_NUMBERING = re.compile(r"^(?:\W|\d|[a-zđ][.)]\s)+")
_SECOND_SENTENCE = re.compile(r"[.;]\s+\S|\s[a-zđ]\)\s|\s[-+•]\s")
_LONGEST_LEAD = 300
_NAME_ENDS = " .,;–-"


@dataclass(frozen=True)
class Parts:
    """`lead` says in which case, or that a list follows; `rows` are its papers, with quantities only as in words."""

    lead: str
    rows: tuple[Row, ...]


def parts_of(row: Row) -> Parts | None:
    """Return the papers in a row, or None where it is one paper, or not surely a list of papers."""
    for pattern in _MARKS:
        pieces = [piece.strip() for piece in _split(row.text, pattern)]
        if len(pieces) < 2:
            continue
        lead = "" if _is_first(pieces[0]) else pieces.pop(0)
        if lead and not _is_lead(lead):
            continue
        papers = [_part(row, piece) for piece in pieces]
        if len(papers) > 1 and all(paper.names_paper for paper in papers):
            return Parts(lead.rstrip(": "), _with_forms(row, papers))
    return None


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Split at marks that count on: a, b, c; or at bullets of the first one's kind."""
    cuts, expected = list[int](), ""
    for found in pattern.finditer(text):
        mark = found.group(1)
        if mark in _LETTERS:
            if expected and mark != expected:
                return []
            if not expected and mark not in "ab":
                return []
            expected = _LETTERS[_LETTERS.find(mark) + 1 : _LETTERS.find(mark) + 2]
        elif expected and mark != expected:
            continue
        else:
            expected = mark
        cuts.append(found.end())
    bounds = [0, *(cut for cut in cuts if cut > 0), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def _is_first(piece: str) -> bool:
    """Say whether a piece is the list's first entry: marked itself, or a paper that ends like one."""
    return bool(_MARK.match(piece)) or not piece.endswith(":")


def _is_lead(lead: str) -> bool:
    """Say whether what stands before the list only says in which case, or that papers follow."""
    folded = kept_fold(lead)
    bare = _NUMBERING.sub("", folded)
    single = lead.endswith(":") and len(lead) <= _LONGEST_LEAD and not _SECOND_SENTENCE.search(lead)
    return single and bool(_LEAD.match(bare)) and not _ALTERNATIVES.search(folded)


def _part(row: Row, piece: str) -> Row:
    text = capital(_MARK.sub("", piece).strip(_NAME_ENDS))
    folded = kept_fold(text)
    originals, copies = quantity_in_words(folded)
    return replace(
        row, text=text, folded=folded, originals=originals, copies=copies, forms=form_of(text, ()), bullet=""
    )


def _with_forms(row: Row, papers: list[Row]) -> tuple[Row, ...]:
    """Leave a form whose number no paper names with the first paper that speaks of one."""
    if not row.forms or any(paper.forms for paper in papers):
        return tuple(papers)
    place = next((place for place, paper in enumerate(papers) if "mau" in paper.folded), 0)
    papers[place] = replace(papers[place], forms=row.forms)
    return tuple(papers)
