"""From the words of a citizen to the paper that is looked for in a record."""

from __future__ import annotations

import re

from knowledge.paper_check.lexicon import PaperName, load_papers, plain
from knowledge.paper_check.models import AskedPaper, CopyAsked

FORM_NUMBER = re.compile(
    r"(?<![\w-])(?:(?:ct|dc|tk|cc|na|lltp|dkx)\s?-?\s?\d{1,2}[a-d]?(?:-ts)?|\d{1,2}[a-d]?\s?-?\s?hsb)(?![\w])",
    re.IGNORECASE,
)
"""Numbers that people type of official forms: CT01, DC02, TK1-TS, 14-HSB, NA8."""
_CERTIFIED = re.compile(r"\b(?:cong chung|chung thuc|sao y|dau do)\b")
_COPY = re.compile(r"\b(?:photo|photocopy|foto|pho to|copy|ban sao|ban chup|chup lai|sao luc)\b")
_ORIGINAL = re.compile(r"\b(?:ban chinh|ban goc)\b")
_SHAPE_WORDS = (
    r"(?:ban sao(?: y)?|ban chinh|ban goc|ban chup|photo(?:copy)?|foto|copy|cong chung|chung thuc|sao y|goc|cu)"
)
_SHAPE = re.compile(rf"^(?:(?:{_SHAPE_WORDS}|cai|cuon|tam|bo|\d{{1,2}})\s+)+|(?:\s+(?:{_SHAPE_WORDS}|moi))+$")
"""Words before and after a paper's name that tell of its shape only."""
_FIRST = re.compile(r"^(?:giay|to|ban|cuon|cai|tam|bo|ket qua)\s+(?=\S+\s)")
_WHOSE = re.compile(
    r"(?:cua|co|do|o|ngoai|tai|cho|con|cha|me|ba|ma|vo|chong|hai|ca|moi|cu|dang|con han|da|ban|bang|kem|ky|dong)\b"
)
"""How the rest of a name goes on where it tells whose, where from or in which shape only."""


def asked_paper(said: str) -> AskedPaper:
    """Return what to look for. A name of the lexicon brings its other names; other words stand for themselves."""
    text = plain(said)
    form = FORM_NUMBER.search(text)
    number = re.sub(r"[\s-]", "", form.group(0)) if form else ""
    if text not in load_papers().by_name:
        text = " ".join(load_papers().short.get(word, word) for word in text.split())
    known = load_papers().by_name.get(text) or _inside(text)
    if known is not None:
        return AskedPaper(
            said=said,
            phrases=known.named,
            known=True,
            paper_id=known.id,
            kinds=known.kinds,
            form=number,
            replaced=known.replaced,
            optional_in=known.optional_in,
            apart=known.apart,
        )
    phrase = " ".join(_SHAPE.sub(" ", text).split())
    return AskedPaper(said=said, phrases=(phrase or text,), form=number)


def _inside(text: str) -> PaperName | None:
    """The lexicon's paper that `text` begins with, where the rest only tells whose it is or makes less than a half.

    "Giấy khai sinh của cháu", "bản sao căn cước", "đơn cớ mất có công an xác nhận".
    """
    best: tuple[int, PaperName] | None = None
    bare = " ".join(_SHAPE.sub(" ", text).split())
    for start in (bare, _FIRST.sub("", bare)):
        for name, paper in load_papers().by_name.items():
            if f" {start} ".startswith(f" {name} ") and (best is None or len(name) > best[0]):
                rest = start[len(name) :].strip()
                if len(name) * 2 >= len(start) or _WHOSE.match(rest):
                    best = (len(name), paper)
    return best[1] if best else None


def copy_asked(message: str) -> CopyAsked:
    """Return in which shape the office wants the paper, by the words of the whole message."""
    text = plain(message)
    if _CERTIFIED.search(text):
        return CopyAsked.CERTIFIED
    if _ORIGINAL.search(text):
        return CopyAsked.ORIGINAL
    return CopyAsked.COPY if _COPY.search(text) else CopyAsked.ANY
