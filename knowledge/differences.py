"""Where two records of one procedure differ, fact by fact, in words that an editor reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from rapidfuzz import fuzz

from knowledge.formatting import day_text, fee_text, time_text
from knowledge.guide import When
from knowledge.models import ComponentRole, Decision, DossierComponent, Procedure
from knowledge.settings import CONTENT_DIR
from knowledge.text import clean_line
from knowledge.wording import Wording, load_wording

_LINES = ("title", "sector", "procedure_type", "promulgated_by", "who", "summary", "handling_agency")
_MORE_LINES = ("competent_agency", "coordinating_agency", "intake_address")
_LISTS = ("applicant_types", "steps", "requirements", "notes", "return_reasons")
_EDITORIAL = ("old_codes", "aliases", "sample_questions")
_SHOWN = 400
_LEAD = 60
_KEY = 300
_ALIKE = 75
"""Per cent of shared letters from which a fact taken out and one put in are one fact that was reworded."""
_MOST_PAIRED = 40
_MARKER = re.compile(r"^(?:bước \d+\s*[:.]?|\d+(?:\.\d+)*[.)]|[a-zđ][.)]|[-–*+•])\s+", re.IGNORECASE)
"""What counts the entries of a list, and moves when one is put in: no part of what an entry says."""


@dataclass(frozen=True)
class Difference:
    """A fact that differs; `where` names its case or way of filing, `first` or `second` is "" where it is missing."""

    field: str
    where: str
    first: str
    second: str

    @property
    def action(self) -> str:
        if not self.first:
            return "added"
        return "changed" if self.second else "removed"


@lru_cache(maxsize=1)
def editing_words() -> Wording:
    """Return the words of knowledge/content/editing.yml."""
    return Wording(_read())


def _read() -> dict[str, object]:
    from knowledge.curated import read_yaml  # the reader of curated files imports this package's models only

    return dict(read_yaml(CONTENT_DIR / "editing.yml"))


def differences(first: Procedure, second: Procedure, editorial: bool = False) -> list[Difference]:
    """Return the published facts in which the two records differ; with `editorial`, also names and checks."""
    ours, theirs = _facts(first, editorial), _facts(second, editorial)
    found = []
    for key in {**ours, **theirs}:
        mine, other = ours.get(key, ""), theirs.get(key, "")
        if _same(mine, other):
            continue
        found.append(Difference(key[0], key[1], mine, other))
    return _paired(found)


def in_words(difference: Difference) -> str:
    """Return one line: what was changed, added or taken out."""
    say = editing_words()
    field = say(f"fields.{difference.field}")
    if difference.where:
        field = f"{field} ({difference.where})"
    start = _first_difference(difference.first, difference.second) if difference.action == "changed" else 0
    before, after = _short(difference.first, start), _short(difference.second, start)
    return say(f"changes.{difference.action}", field=field, before=before, after=after)


def _facts(record: Procedure, editorial: bool) -> dict[tuple[str, str, str], str]:
    """Every fact as text, by (field, where, which of several)."""
    facts = {(name, "", ""): str(getattr(record, name)) for name in (*_LINES, *_MORE_LINES)}
    facts["decision", "", ""] = decision_text(record.decision)
    facts["status", "", ""] = record.status.value
    facts["online_level", "", ""] = record.online_level.value
    facts["authority_levels", "", ""] = ", ".join(sorted(level.value for level in record.authority_levels))
    facts["applies_to_city", "", ""] = "có" if record.applies_to_city else "không"
    facts["ward_receives", "", ""] = "có" if record.ward_receives else "không"
    for name in (*_LISTS, *(_EDITORIAL if editorial else ())):
        facts |= {(name, "", _key(text)): text for text in getattr(record, name)}
    facts |= {("legal_bases", "", _key(basis.number)): f"{basis.number} {basis.title}" for basis in record.legal_bases}
    facts |= {("result_documents", "", _key(result.name)): result.name for result in record.result_documents}
    facts |= dict(_ways(record))
    facts |= dict(_papers(record))
    if editorial:
        facts["checked_on", "", ""] = day_text(record.checked_on) if record.checked_on else ""
        facts["checked_by", "", ""] = record.checked_by
        facts["recheck_reason", "", ""] = record.recheck_reason
        facts |= dict(_guide(record))
    return facts


def _ways(record: Procedure) -> Iterator[tuple[tuple[str, str, str], str]]:
    say = load_wording()
    for way in record.submission_methods:
        name = say(f"methods.{way.method.value}")
        yield ("method", "", way.method.value), name
        if way.note or way.where:
            yield ("method_note", name, ""), f"{way.where} {way.note}".strip()
        for time in way.times:
            yield ("time", name, _key(time.case or time_text(time, say))), time_text(time, say)
        for fee in way.fees:
            text = fee_text(fee, say)
            yield ("fee", name, _key(fee.case or fee.note or text)), text


def _papers(record: Procedure) -> Iterator[tuple[tuple[str, str, str], str]]:
    for case in record.dossier:
        for part in case.components:
            field = "note" if part.role is ComponentRole.NOTE else "paper"
            yield (field, case.case, _key(part.name)), _paper(part)


def _guide(record: Procedure) -> Iterator[tuple[tuple[str, str, str], str]]:
    """The questions, and what depends on their answers."""
    for question in record.guide.questions:
        labels = "; ".join(option.label for option in question.options)
        yield ("guide", "", question.id), f"{question.ask} {labels}{_when(question.when)}"
    for case in record.dossier:
        entries = [(case.id, case.when), *((part.id, part.when) for part in case.components)]
        yield from ((("when", case.case, name), f"{name}:{_when(when)}") for name, when in entries if when)
    for way in record.submission_methods:
        name = load_wording()(f"methods.{way.method.value}")
        conditions = [way.when, *(time.when for time in way.times), *(fee.when for fee in way.fees)]
        yield from ((("when", name, str(place)), _when(when).strip()) for place, when in enumerate(conditions) if when)


def _when(when: When) -> str:
    return "".join(f" [{name} = {', '.join(options)}]" for name, options in when.needs)


def _paper(part: DossierComponent) -> str:
    say = load_wording()
    said = [part.form, say("documents.present") if part.role is ComponentRole.PRESENT else ""]
    said.append(say("documents.original", n=part.originals) if part.originals else "")
    said += [say("documents.copy", n=part.copies) if part.copies else "", part.condition, part.note]
    said.append(part.reusable_from)
    details = "; ".join(text for text in said if text)
    return f"{part.name} ({details})" if details else part.name


def decision_text(decision: Decision) -> str:
    """Return number, day and issuer of a decision as one line; empty where there is none."""
    parts = [decision.number, day_text(decision.date) if decision.date else "", decision.issuer]
    return ", ".join(part for part in parts if part)


def _key(text: str) -> str:
    """What tells two entries of a list apart: the beginning is enough, and thousands of records are compared."""
    return _unmarked(text)[:_KEY].lower()


def _same(first: str, second: str) -> bool:
    return first == second or bool(first and second and _bare(first) == _bare(second))


def _bare(text: str) -> str:
    return _unmarked(clean_line(text)).rstrip(" .;,").casefold()  # "cấp Xã" says what "cấp xã" says


def _unmarked(text: str) -> str:
    marker = _MARKER.match(text)
    return text[marker.end() :] if marker else text


def _paired(found: list[Difference]) -> list[Difference]:
    """Join a fact taken out with the one put in its place: it was changed, and an editor sees both in one line."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for item in found:
        groups.setdefault((item.field, item.where), []).append(item)
    paired: list[Difference] = []
    for (field, where), items in groups.items():
        gone = [item for item in items if item.action == "removed"]
        new = [item for item in items if item.action == "added"]
        pairs = list(_pairs(gone, new))
        joined = {id(item) for pair in pairs for item in pair}
        paired += [item for item in items if id(item) not in joined]
        reworded = [(old.first, other.second) for old, other in pairs]
        paired += [Difference(field, where, *texts) for texts in reworded if not _same(*texts)]
    return paired


def _pairs(gone: list[Difference], new: list[Difference]) -> Iterator[tuple[Difference, Difference]]:
    """Of just one each, these; of several, those that share most of their letters, the likest first."""
    if len(gone) == len(new) == 1:
        yield gone[0], new[0]
        return
    if not gone or not new or len(gone) * len(new) > _MOST_PAIRED**2:
        return
    alike = [
        (fuzz.ratio(old.first[:_KEY], other.second[:_KEY], score_cutoff=_ALIKE), i, j)
        for i, old in enumerate(gone)
        for j, other in enumerate(new)
    ]
    left, right = set(range(len(gone))), set(range(len(new)))
    for likeness, i, j in sorted(alike, key=lambda item: -item[0]):
        if likeness and i in left and j in right:
            left.remove(i)
            right.remove(j)
            yield gone[i], new[j]


def _first_difference(first: str, second: str) -> int:
    """Return where a long text begins to differ, a few words before: so that what is shown holds the change."""
    shared = len(commonprefix([first, second]))
    if max(len(first), len(second)) <= _SHOWN or shared <= _LEAD:
        return 0
    return first.rfind(" ", 0, shared - _LEAD) + 1


def _short(text: str, start: int = 0) -> str:
    shown = f"… {text[start:]}" if start else text
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN].rsplit(' ', 1)[0]} …"
