"""What is asked of a paper, and what the record says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from knowledge.models import DossierCase, DossierComponent


class Verdict(str, Enum):
    """What the published list says of a paper that an office asked for."""

    ON_LIST = "on_list"
    ONLY_IN_CASE = "only_in_case"
    LOOKED_UP = "looked_up"
    """The office finds it in data, or VNeID stands for it."""
    NOT_ON_LIST = "not_on_list"
    UNSURE = "unsure"


class Reason(str, Enum):
    """Why a verdict is what it is, where that changes what a citizen should be told."""

    NAMED = "named"
    OF_A_KIND = "of_a_kind"
    """The list names a kind ("giấy tờ tùy thân"), and the paper is one of that kind."""
    REPLACED = "replaced"
    """No longer required by law (R-11)."""
    OPTIONAL_EVIDENCE = "optional_evidence"
    """No longer required, lawful as evidence if one still has it (R-11)."""
    IN_NOTES = "in_notes"
    SEVERAL = "several"
    OPEN_LIST = "open_list"
    """The list holds a paper in general words that this one might be."""
    RESEMBLES = "resembles"
    OTHER_NAME = "other_name"
    """Nothing like it on the list, but nobody told us its other names: it may stand there under one."""
    NOT_PUBLISHED = "not_published"
    ABSENT = "absent"


class CopyAsked(str, Enum):
    """In which shape the office wants it."""

    ANY = "any"
    CERTIFIED = "certified"
    COPY = "copy"
    ORIGINAL = "original"


@dataclass(frozen=True)
class AskedPaper:
    """A paper as a citizen names it.

    said: as typed. phrases: names to look for, most telling first; one with marks is met with these marks only.
    known: the lexicon has it with its other names, so that not finding it means something. form: an official form's
    number, folded, without blanks.
    """

    said: str
    phrases: tuple[str, ...]
    known: bool = False
    paper_id: str = ""
    kinds: tuple[str, ...] = ()
    form: str = ""
    replaced: bool = False
    optional_in: tuple[str, ...] = ()
    apart: bool = False
    """No general word ("giấy tờ khác") can mean it."""


@dataclass(frozen=True)
class Place:
    """Where in the list: the component and its case."""

    case: DossierCase
    component: DossierComponent

    @property
    def key(self) -> str:
        return f"{self.case.id}/{self.component.id}"


@dataclass(frozen=True)
class Finding:
    """The verdict on one paper. places: the components that it rests on, best first; note: the record's own words."""

    verdict: Verdict
    reason: Reason
    places: tuple[Place, ...] = ()
    note: str = ""
