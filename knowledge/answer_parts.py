"""The blocks for each kind of fact. Each function gets record, day and wording, and returns blocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from knowledge import blocks as b
from knowledge.elsewhere import agencies_here
from knowledge.facts import Fact
from knowledge.formatting import by_method, fee_texts, in_brief, in_lines, named_way, names_money, same_times, time_text
from knowledge.models import (
    ComponentRole,
    DossierCase,
    DossierComponent,
    FeeStatus,
    Method,
    OnlineLevel,
    Origin,
    Procedure,
    VneidEquivalent,
)
from knowledge.wording import Wording

Part = Callable[[Procedure, date, Wording], list[b.Block]]

_OVERVIEW_LINES = 2


def _list(texts: list[str], ordered: bool = False) -> b.ItemList:
    return b.ItemList(tuple(b.Item(text) for text in texts), ordered)


def _or_none(texts: list[str], missing: str, ordered: bool = False) -> list[b.Block]:
    return [_list(texts, ordered)] if texts else [b.paragraph(missing)]


def documents(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Papers by case, in two groups: to prepare, and what the office looks up itself (R-13); notes last."""
    if not any(case.components for case in procedure.dossier):
        return _or_none(list(procedure.notes), say("documents.none"))
    parts: list[b.Block] = []
    notes: list[str] = []
    for case in procedure.dossier:
        said = [in_lines(part.name) for part in case.components if part.role is ComponentRole.NOTE]
        alone = bool(case.case) and len(said) == len(case.components)
        notes += [case.case, *said] if alone else said
        parts += _case_papers(case, say)
    notes = list(dict.fromkeys([*notes, *procedure.notes]))
    return [*parts, b.paragraph(say("documents.notes") + ":"), _list(notes)] if notes else parts


def _case_papers(case: DossierCase, say: Wording) -> list[b.Block]:
    papers = [part for part in case.components if part.role is not ComponentRole.NOTE]
    groups = {
        "documents.prepare": [part for part in papers if not part.reusable_from],
        "documents.looked_up": [part for part in papers if part.reusable_from],
    }
    parts: list[b.Block] = [b.heading(say("documents.case", case=case.case))] if case.case and papers else []
    for key, group in groups.items():
        if group:
            parts += [b.paragraph(say(key) + ":"), _papers(group, say)]
    return parts


def _papers(papers: list[DossierComponent], say: Wording) -> b.ItemList:
    return b.ItemList(tuple(b.Item(in_lines(paper.name), paper_detail(paper, say)) for paper in papers), ordered=True)


def paper_detail(paper: DossierComponent, say: Wording) -> str:
    """Return form, quantities and conditions of a paper as one line."""
    said = [paper.form]
    if paper.role is ComponentRole.PRESENT:
        said.append(say("documents.present"))
    if paper.originals:
        said.append(say("documents.original", n=paper.originals))
    if paper.copies:
        said.append(say("documents.copy", n=paper.copies))
    said += [paper.condition, paper.note]
    if paper.vneid_equivalent in (VneidEquivalent.YES, VneidEquivalent.IF_INTEGRATED):
        said.append(say(f"documents.vneid_{paper.vneid_equivalent.value}"))
    return "; ".join(part for part in said if part)


def steps(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    return _or_none([in_lines(step) for step in procedure.steps], say("steps.none"), ordered=True)


def fee(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Fees that hold on `day`, by way of filing (R-20)."""
    lines = _fee_lines(procedure, day, say)
    parts = _or_none(lines, say("fee.none"))
    fees = [fee for method in procedure.submission_methods for fee in method.fees if fee.holds_on(day)]
    told = any(fee.amount or names_money(fee.note) for fee in fees)
    unsaid = lines and not told and not all(fee.status is FeeStatus.SET_BY_COUNCIL for fee in fees)
    return [*parts, b.paragraph(say("fee.ask"))] if unsaid and not _free(procedure, day) else parts


def _free(procedure: Procedure, day: date) -> bool:
    fees = [fee for method in procedure.submission_methods for fee in method.fees]
    return any(fee.status is FeeStatus.FREE and fee.holds_on(day) for fee in fees)


def _fee_lines(procedure: Procedure, day: date, say: Wording) -> list[str]:
    methods = procedure.submission_methods
    texts = [fee_texts(method.fees, day, say) for method in methods]
    return _named(by_method(methods, texts, say))


def _named(pairs: list[tuple[str, list[str]]]) -> list[str]:
    return [f"{name}: {text}" if name else text for name, lines in pairs for text in lines]


def time(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Times by way of filing; where a portal's record has different ones and no case says why, that is told too."""
    parts = _or_none(_time_lines(procedure, say), say("time.none"))
    ways = [way for way in procedure.submission_methods if way.times]
    stated = {tuple((item.amount, item.unit) for item in way.times) for way in ways}
    explained = all(item.case or item.text for way in ways for item in way.times)
    unexplained = procedure.origin is Origin.PORTAL and len(stated) > 1 and not explained
    return [*parts, b.paragraph(say("time.differ"))] if unexplained else parts


def _time_lines(procedure: Procedure, say: Wording, brief: bool = False) -> list[str]:
    methods = procedure.submission_methods
    said = same_times([method.times for method in methods])
    texts = [[text for text in (time_text(item, say, brief) for item in times) if text] for times in said]
    return _named(by_method(methods, texts, say))


def place(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Where to hand it in, in person and otherwise; nothing that the record does not name."""
    said = []
    if procedure.intake_address:
        said.append(say("place.intake", place=procedure.intake_address))
    agency = _agency_here(procedure)
    if agency and agency not in procedure.intake_address:
        said.append(say("place.agency", agency=agency))
    elif procedure.handling_agency and not agency:
        said.append(say("place.elsewhere", agency=procedure.handling_agency))
    said += _way_lines(procedure, say)
    return _or_none(said, say("place.none"))


def _agency_here(procedure: Procedure) -> str:
    """The agencies that serve the city's citizens; a curated record's are taken as they are."""
    published = procedure.origin is Origin.PORTAL and procedure.applies_to_city
    return agencies_here(procedure.handling_agency) if published else procedure.handling_agency


def _way_lines(procedure: Procedure, say: Wording) -> list[str]:
    """What the record says of each way of filing, once where it says the same of several."""
    by_detail: dict[str, list[str]] = {}
    for way in procedure.submission_methods:
        repeated = way.where and way.where in (procedure.intake_address, procedure.handling_agency)
        detail = in_lines(_sentences("" if repeated else way.where, way.note))
        if detail:
            by_detail.setdefault(detail, []).append(say(f"methods.{way.method.value}"))
    return [named_way(names, detail) for detail, names in by_detail.items()]


def _sentences(*parts: str) -> str:
    """Join `parts`, each ending in a full stop but the last, which stays as it is."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(
        [*(part if part.endswith((".", ";", ":", "!", "?")) else f"{part}." for part in said[:-1]), *said[-1:]]
    )


def who(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    parts: list[b.Block] = [b.paragraph(procedure.who)] if procedure.who else []
    if procedure.applicant_types:
        parts.append(b.paragraph(say("who.types", types=", ".join(procedure.applicant_types))))
    return parts or [b.paragraph(say("who.none"))]


def conditions(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    return _or_none([in_lines(item) for item in procedure.requirements], say("conditions.none"))


def result(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    items = tuple(b.Item(document.name, document.note) for document in procedure.result_documents)
    return [b.ItemList(items)] if items else [b.paragraph(say("result.none"))]


def forms(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Official forms by name and number (R-14)."""
    papers = dict.fromkeys(
        (part.name, part.form) for case in procedure.dossier for part in case.components if part.form
    )
    if not papers:
        return [b.paragraph(say("forms.none"))]
    items = tuple(b.Item(in_lines(name), form) for name, form in papers)
    return [b.ItemList(items), b.paragraph(say("forms.where"))]


def legal_basis(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    items = tuple(b.Item(basis.number, basis.title) for basis in procedure.legal_bases)
    return [b.ItemList(items)] if items else [b.paragraph(say("legal_basis.none"))]


def online(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """Whether it can be filed online; the other ways stay named as a right (R-18)."""
    parts: list[b.Block] = [b.paragraph(say(f"online.{procedure.online_level.value}"))]
    methods = {method.method: method for method in procedure.submission_methods}
    own = methods.get(Method.ONLINE)
    if own is not None and procedure.online_level is not OnlineLevel.NONE:
        detail = _sentences(own.where, own.note)
        parts += [b.paragraph(detail)] if detail else []
    others = [say(f"methods.{kind.value}").lower() for kind in methods if kind is not Method.ONLINE]
    if others:
        key = "online.others" if own or procedure.online_level is not OnlineLevel.UNKNOWN else "online.ways"
        parts.append(b.paragraph(say(key, methods=", ".join(others))))
    return parts


def overview(procedure: Procedure, day: date, say: Wording) -> list[b.Block]:
    """What it is for, and the main facts in a line each; the rest is a button away."""
    parts: list[b.Block] = [b.paragraph(procedure.summary)] if procedure.summary else []
    lines = [say(f"overview.{key}", text=text) for key, text in main_facts(procedure, day, say).items()]
    return [*parts, _list(lines)] if lines else parts + documents(procedure, day, say)


def main_facts(procedure: Procedure, day: date, say: Wording) -> dict[str, str]:
    """Return place, time, fee and papers, each in a line; without those of which the record says nothing."""
    facts = {"place": procedure.intake_address or _agency_here(procedure)}
    for key, texts in (("time", _time_lines(procedure, say, True)), ("fee", _fee_lines(procedure, day, say))):
        more = say("overview.more") if len(texts) > _OVERVIEW_LINES else ""
        facts[key] = "; ".join(map(in_brief, texts[:_OVERVIEW_LINES])) + more
    papers = sum(part.role is not ComponentRole.NOTE for case in procedure.dossier for part in case.components)
    facts["papers"] = say("overview.paper_count", n=papers) if papers else ""
    return {key: text for key, text in facts.items() if text}


PARTS: dict[Fact, Part] = {
    Fact.OVERVIEW: overview,
    Fact.DOCUMENTS: documents,
    Fact.STEPS: steps,
    Fact.FEE: fee,
    Fact.TIME: time,
    Fact.PLACE: place,
    Fact.WHO: who,
    Fact.CONDITIONS: conditions,
    Fact.RESULT: result,
    Fact.FORMS: forms,
    Fact.LEGAL_BASIS: legal_basis,
    Fact.ONLINE: online,
}
