"""Two or three procedures side by side: what each is for, and only those facts in which their records differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from knowledge import blocks as b
from knowledge.answer_parts import main_facts
from knowledge.answers import cautions, source_note
from knowledge.formatting import in_brief, short_title
from knowledge.models import OnlineLevel, Procedure
from knowledge.text import fold, words
from knowledge.wording import Wording, load_wording

_FACTS = ("time", "fee", "place", "papers", "online")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-ZĐÀ-Ỹ])")
_SHORT_NAME = 70
_MOST_SAID = 6


def contrast(
    records: Sequence[Procedure], today: date, stale_after_days: int = 30, say: Wording | None = None
) -> tuple[b.Block, ...]:
    """Return `records` (two at least) side by side, with the source of each.

    A fact that one record holds and another lacks is said to be unpublished; of one that none holds nothing is said.
    """
    say = say or load_wording()
    facts = [_facts(record, today, say) for record in records]
    parts: list[b.Block] = [b.heading(say("contrast.heading"))]
    parts.append(b.ItemList(tuple(b.Item(name_of(record), _purpose(record, records, say)) for record in records), True))
    parts += _differing(records, facts, say)
    parts += _cautions([cautions(record, today, stale_after_days, "", say) for record in records], say)
    return (*parts, *(source_note(record, say) for record in records))


def _cautions(cautions: Sequence[str], say: Wording) -> list[b.Block]:
    """One notice for all records; the advice that ends each stands once."""
    advice = say("notices.verify")
    reasons = dict.fromkeys(text.removesuffix(advice).strip() for text in cautions if text)
    return [b.notice(" ".join([*reasons, advice]))] if reasons else []


def name_of(record: Procedure) -> str:
    """Return the title, or the everyday name where the title is long."""
    if len(record.title) <= _SHORT_NAME or not record.aliases:
        return short_title(record.title)
    return record.aliases[0][:1].upper() + record.aliases[0][1:]


def _purpose(record: Procedure, records: Sequence[Procedure], say: Wording) -> str:
    """What the record says it is for, and in which case the others say that it is meant."""
    told = [sibling.difference for other in records for sibling in other.siblings if sibling.code == record.code]
    when = [say("contrast.choose_when", when=told[0].rstrip("."))] if told else []
    return " ".join([*([in_brief(record.summary)] if record.summary else []), *when])


def _facts(record: Procedure, today: date, say: Wording) -> Mapping[str, str]:
    facts = main_facts(record, today, say)
    if record.online_level is not OnlineLevel.UNKNOWN:
        facts["online"] = say(f"contrast.online_{record.online_level.value}")
    return facts


def _differing(records: Sequence[Procedure], facts: Sequence[Mapping[str, str]], say: Wording) -> list[b.Block]:
    known = [key for key in _FACTS if any(key in of for of in facts)]
    differing = [key for key in known if len({of.get(key, "") for of in facts}) > 1]
    if known and not differing:
        return [b.paragraph(say("contrast.same_all"))]
    parts: list[b.Block] = [b.heading(say("contrast.differ"))] if differing else []
    for key in differing:
        fact = say(f"contrast.{key}")
        lines = (
            say("contrast.line", name=name_of(record), fact=of.get(key) or say("contrast.missing"))
            for record, of in zip(records, facts, strict=True)
        )
        parts += [b.paragraph(f"{fact[:1].upper()}{fact[1:]}:"), b.ItemList(tuple(map(b.Item, lines)))]
    unpublished = say("fee.not_published")
    same = [say(f"contrast.{key}") for key in known if key not in differing and unpublished not in facts[0][key]]
    return [*parts, b.paragraph(say("contrast.same", facts=", ".join(same)))] if same else parts


def within(
    record: Procedure, terms: Sequence[str], today: date, stale_after_days: int = 30, say: Wording | None = None
) -> tuple[b.Block, ...]:
    """Return what one record says of each of `terms`: two things that are asked for by the same procedure."""
    say = say or load_wording()
    said = _said_of(record, _own_words(terms))
    parts: list[b.Block] = [b.heading(say("contrast.one_procedure", title=short_title(record.title)))]
    parts += [b.paragraph(in_brief(record.summary))] if record.summary else []
    if said:
        parts += [b.paragraph(say("contrast.one_said")), b.ItemList(tuple(map(b.Item, said)))]
    else:
        parts.append(b.paragraph(say("contrast.one_unsaid")))
    caution = cautions(record, today, stale_after_days, "", say)
    return (*parts, *([b.notice(caution)] if caution else []), source_note(record, say))


def _own_words(terms: Sequence[str]) -> list[str]:
    """The words that a term does not share with all others: "số 1" of "lý lịch tư pháp số 1" beside "số 2"."""
    rows = [words(term) for term in terms]
    common = set(rows[0]).intersection(*rows[1:])
    own = [[word for word in row if word not in common] for row in rows]
    # One word alone is met everywhere: it keeps its neighbour ("số 1").
    return [_with_neighbour(row, part) for row, part in zip(rows, own, strict=True) if part]


def _with_neighbour(row: list[str], part: list[str]) -> str:
    place = row.index(part[0])
    return " ".join([row[place - 1], *part]) if len(part) == 1 and place else " ".join(part)


def _said_of(record: Procedure, terms: Sequence[str]) -> list[str]:
    texts = [record.who, *record.requirements, *record.notes, *(case.case for case in record.dossier)]
    sentences = [part.strip() for text in texts for line in text.split("\n") for part in _SENTENCE.split(line)]
    named = [line for line in sentences if any(f" {term} " in f" {' '.join(words(fold(line)))} " for term in terms)]
    return list(dict.fromkeys(named))[:_MOST_SAID]
