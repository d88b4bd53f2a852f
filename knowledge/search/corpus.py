"""What the index is made from: each procedure's texts, everyday names and sample questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.models import Procedure
from knowledge.search.samples import Samples
from knowledge.search_rows import SearchRow
from knowledge.text import fold

_MOST_LETTERS = 6000
_AGENCY_LETTERS, _RESULTS = 120, 3


@dataclass(frozen=True)
class Entry:
    """One procedure for the index. `body`: its dossier, steps and conditions; `context`: sector, agency, results."""

    row: SearchRow
    aliases: tuple[str, ...]
    questions: tuple[str, ...]
    body: str
    context: str
    for_citizens: bool
    of_forces: bool
    of_embassies: bool


def entries(
    rows: Iterable[SearchRow],
    records: Mapping[str, Procedure],
    samples: Mapping[str, Samples],
    life: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Iterator[Entry]:
    """Yield an entry a row. records: the record to answer from, by code; life: phrases of the lexicon, by code."""
    for row in rows:
        said = samples.get(row.code, Samples())
        aliases = _unlike(row.aliases + said.aliases)
        record = records.get(row.code)
        yield Entry(
            row=row,
            aliases=aliases,
            # Beside the questions, not the names: the first name is shown to people, "cưới" is no name for a choice.
            questions=_unlike(row.sample_questions + said.questions + _new(life.get(row.code, ()), aliases)),
            body=_body(record) if record else "",
            context=_context(record) if record else row.sector,
            for_citizens=bool(record)
            and any("ong dan" in fold(kind) or "ca nhan" in fold(kind) for kind in _kinds(record)),
            of_forces=bool(record) and ("BQP" in row.sector or "quoc phong" in fold(_publisher(record))),
            of_embassies=bool(record) and "ngoai giao" in fold(_publisher(record)),
        )


def _kinds(record: Procedure | None) -> tuple[str, ...]:
    return record.applicant_types if record else ()


def _publisher(record: Procedure | None) -> str:
    return record.promulgated_by if record else ""


def _new(texts: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    folded = {fold(text) for text in known}
    return tuple(text for text in texts if fold(text) not in folded)


def _unlike(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Each text once, whatever its marks and capitals, where it stands first."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(fold(text), text)
    return tuple(found.values())


def _body(record: Procedure) -> str:
    papers = (text for case in record.dossier for text in (case.case, *(part.name for part in case.components)))
    parts = (record.who, record.summary, *record.requirements, *record.steps, *papers)
    return " ".join(part for part in parts if part)[:_MOST_LETTERS]


def _context(record: Procedure) -> str:
    results = (result.name for result in record.result_documents[:_RESULTS])
    return " ".join((record.sector, record.handling_agency[:_AGENCY_LETTERS], *results))
