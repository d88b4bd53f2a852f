"""The lists and remarks of an answer on a paper, from the record; the sentences around them are responses."""

from __future__ import annotations

from knowledge.formatting import day_text, short_title
from knowledge.models import ComponentRole, DossierComponent, Procedure, VneidEquivalent
from knowledge.paper_check.conditions import is_special
from knowledge.paper_check.lexicon import plain
from knowledge.paper_check.models import AskedPaper, CopyAsked, Finding, Place, Reason
from knowledge.wording import Wording

_LONGEST_NAME, _LONGEST_NOTE, _SHOWN = 260, 300, 3
_SHORT_NAME, _SHOWN_OF_LIST = 90, 6
"""Where the list itself is shown, because the paper is not known by its other names."""


def places_text(finding: Finding, say: Wording) -> str:
    """Return the components as the record names them, one a line; the same name once."""
    if finding.reason is Reason.OTHER_NAME:
        names = dict.fromkeys(
            short_title(" ".join(place.component.name.split()), _SHORT_NAME) for place in finding.places
        )
        return "\n".join(f"- {name}" for name in list(names)[:_SHOWN_OF_LIST])
    lines = dict.fromkeys(f"- {_place_text(place, say)}" for place in finding.places)
    return "\n".join(list(lines)[:_SHOWN])


def _place_text(place: Place, say: Wording) -> str:
    part = place.component
    details = [part.form, *_quantity(part, say), short_title(part.condition, _LONGEST_NAME)]
    if is_special(place.case):
        details.insert(0, say("paper_check.case", case=short_title(place.case.case)))
    if part.reusable_from:
        details.append(say("paper_check.from", source=part.reusable_from))
    if part.vneid_equivalent in (VneidEquivalent.YES, VneidEquivalent.IF_INTEGRATED):
        details.append(say(f"documents.vneid_{part.vneid_equivalent.value}"))
    said = "; ".join(detail for detail in details if detail)
    name = short_title(" ".join(part.name.split()), _LONGEST_NAME)
    return f"{name} ({said})" if said else name


def _quantity(part: DossierComponent, say: Wording) -> list[str]:
    said = [say("documents.present")] if part.role is ComponentRole.PRESENT else []
    said += [say("documents.original", n=part.originals)] if part.originals else []
    return [*said, say("documents.copy", n=part.copies)] if part.copies else said


def remark_text(finding: Finding, paper: AskedPaper, copy: CopyAsked, say: Wording) -> str:
    """Return what to add, each on a new line: general words, the shape asked for against the list's, a note."""
    said = [say("paper_check.of_a_kind", paper=paper.said)] if finding.reason is Reason.OF_A_KIND else []
    if finding.places and copy is CopyAsked.CERTIFIED:
        said.append(say(f"paper_check.{_certified(finding)}"))
    note = finding.note if len(finding.note) <= _LONGEST_NOTE else ""
    if note and finding.reason is not Reason.IN_NOTES:
        said.append(say("paper_check.note", note=note))
    return "".join(f"\n{line}" for line in said)


def _certified(finding: Finding) -> str:
    """Whether the list's words speak of certified copies, of showing only, or of neither."""
    texts = [plain(f"{place.component.name} {place.component.condition}") for place in finding.places]
    if any(word in text for text in texts for word in ("chung thuc", "cong chung", "so goc")):
        return "certified_listed"
    shown = all(place.component.role is ComponentRole.PRESENT for place in finding.places)
    return "certified_shown" if shown else "certified_unlisted"


def decision_text(procedure: Procedure, say: Wording) -> str:
    """Return the announcing decision by number and date, or that the data have none."""
    decision = procedure.decision
    if not decision.number:
        return say("paper_check.no_decision", code=procedure.code)
    day = say("paper_check.decision_day", day=day_text(decision.date)) if decision.date else ""
    return say("paper_check.decision", number=decision.number, day=day, code=procedure.code)
