"""The checklist as blocks: short enough for a phone, good on paper. Phrases: section checklist of wording.yml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from knowledge import blocks as b
from knowledge.answer_parts import paper_detail
from knowledge.answers import cautions, source_note
from knowledge.checklist import Checklist, PaperGroup, Saving
from knowledge.formatting import amount_text, fee_texts, in_lines, same_times, short_title, time_text
from knowledge.models import DossierComponent, Procedure, SubmissionMethod
from knowledge.wording import Wording, load_wording

TITLE_LIMIT = 100
"""Characters of a procedure's name in a heading."""


def checklist_blocks(made: Checklist, today: date, stale_after_days: int, say: Wording | None = None) -> list[b.Block]:
    """Return the list as blocks, with cautions and source as every answer has them.

    today: day in the city. stale_after_days: age of the last check from which the reader is cautioned.
    """
    say = say or load_wording()
    record = made.record
    parts: list[b.Block] = [b.heading(say("checklist.title", title=short_title(record.title, TITLE_LIMIT)))]
    if made.chosen:
        answers = "; ".join(chosen.option.label for chosen in made.chosen)
        parts.append(b.paragraph(say("checklist.chosen", answers=answers)))
    parts += _papers(made, say)
    parts += _notes(made, say)
    parts += _filing(made, today, say)
    if record.return_reasons:
        parts += [b.heading(say("checklist.return_reasons")), _list(record.return_reasons)]
    caution = cautions(record, today, stale_after_days, "", say)
    parts += [b.notice(caution)] if caution else []
    return [*parts, source_note(record, say)]


def _papers(made: Checklist, say: Wording) -> list[b.Block]:
    if not (made.prepare or made.looked_up or made.on_vneid):
        return [b.paragraph(say("checklist.no_papers"))]
    parts: list[b.Block] = [] if made.prepare else [b.paragraph(say("checklist.nothing_to_prepare"))]
    parts += _group("checklist.prepare", made.prepare, say)
    parts += _group("checklist.looked_up", made.looked_up, say)
    parts += _group("checklist.on_vneid", made.on_vneid, say)
    if made.on_vneid:
        parts.append(b.paragraph(say("checklist.vneid_only")))
    if any(part.form for case in made.record.dossier for part in case.components):
        parts.append(b.paragraph(say("forms.where")))
    return parts


def _group(key: str, groups: Sequence[PaperGroup], say: Wording) -> list[b.Block]:
    """One heading, then the papers; those of a case that keeps its label under it."""
    parts: list[b.Block] = [b.heading(say(key))] if groups else []
    for group in groups:
        parts += [b.paragraph(f"{group.case}:")] if group.case else []
        alone = key == "checklist.prepare"
        parts.append(b.ItemList(tuple(_item(paper, alone, say) for paper in group.papers), ordered=True))
    return parts


def _item(paper: DossierComponent, among_prepared: bool, say: Wording) -> b.Item:
    """One of several alternatives may be looked up by the office, which its group does not say then."""
    details = [paper_detail(paper, say)]
    details += [say("checklist.may_be_looked_up")] if among_prepared and paper.reusable_from else []
    return b.Item(in_lines(paper.name), "; ".join(text for text in details if text))


def _notes(made: Checklist, say: Wording) -> list[b.Block]:
    said = [_note(part) for part in made.remarks]
    notes = list(dict.fromkeys([*said, *made.record.notes]))
    return [b.heading(say("checklist.notes")), _list(notes)] if notes else []


def _note(part: DossierComponent) -> str:
    details = "; ".join(text for text in (part.form, part.note) if text)
    return in_lines(part.name) + (f" ({details})" if details else "")


def _filing(made: Checklist, today: date, say: Wording) -> list[b.Block]:
    """Where, how long and how much, the ways of filing beside each other, online first (R-18, R-20)."""
    record = made.record
    parts: list[b.Block] = [b.heading(say("checklist.ways"))] if record.submission_methods else []
    times, fees = _times(record, say), _fees(record, today, say)
    for key, texts in (("time", times), ("fee", fees)):
        if _alike(texts):
            parts.append(b.paragraph(say(f"checklist.{key}", text="; ".join(texts[0]))))
    own = [
        [*([] if _alike(times) else time), *([] if _alike(fees) else fee)]
        for time, fee in zip(times, fees, strict=True)
    ]
    ways = zip(record.submission_methods, own, strict=True)
    parts.append(b.ItemList(tuple(_way(way, facts, record, say) for way, facts in ways)))
    parts += [b.paragraph(_saving(saving, say)) for saving in made.savings]
    if record.intake_address:
        parts.append(b.paragraph(say("checklist.where", place=record.intake_address)))
    names = list(dict.fromkeys(document.name for document in record.result_documents))
    return [*parts, b.paragraph(say("checklist.result", names="; ".join(names)))] if names else parts


def _alike(texts: Sequence[list[str]]) -> bool:
    """Say whether the same holds for all ways of filing, so that it is told once."""
    return bool(texts and texts[0]) and all(text == texts[0] for text in texts)


def _times(record: Procedure, say: Wording) -> list[list[str]]:
    said = same_times([way.times for way in record.submission_methods])
    return [[text for time in times if (text := time_text(time, say))] for times in said]


def _fees(record: Procedure, today: date, say: Wording) -> list[list[str]]:
    return [fee_texts(way.fees, today, say) for way in record.submission_methods]


def _way(way: SubmissionMethod, facts: list[str], record: Procedure, say: Wording) -> b.Item:
    name = say(f"methods.{way.method.value}")
    where = "" if way.where in (record.intake_address, record.handling_agency) else way.where
    text = say("checklist.way", method=name, facts="; ".join(facts)) if facts else name
    return b.Item(text, " ".join(_sentences(where, way.note)))


def _sentences(*texts: str) -> Iterable[str]:
    return (text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text)


def _saving(saving: Saving, say: Wording) -> str:
    key = "checklist.saving_per" if saving.per else "checklist.saving"
    text = say(key, amount=amount_text(saving.amount), per=saving.per)
    return f"{text} ({saving.case})." if saving.case else f"{text}."


def _list(texts: Iterable[str]) -> b.ItemList:
    return b.ItemList(tuple(b.Item(text) for text in texts))
