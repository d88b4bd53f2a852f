"""Which open petitions are about the same as a draft: same procedure or commune, and near words."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import city_date
from bot.petitions.models import OPEN, PetitionDraft, PetitionKind, PetitionState, Similar
from bot.petitions.store import supporters_of
from bot.petitions.tables import PETITION
from knowledge.text import fold, words

ALIKE = 0.45
"""Share of common words of their own from which two petitions are offered as one; measured: docs/petitions.md."""
ALIKE_WITH_BOTH = 0.4
"""Enough where procedure and commune are both the same."""
MOST_SHOWN = 3
_MOST_COMPARED = 500
_SMALL_WORDS = """
tôi em anh chị mình là và của thì mà có không được bị cho để này đó với ở tại rồi nhưng các những một vì nên
phải đã đang sẽ lại ra vào đi đến lên xuống ạ nhé à dạ thưa xin kính gửi
hồ sơ nộp làm đăng ký thủ tục phường xã ubnd cán bộ đề nghị
"""
_SMALL = frozenset(map(fold, _SMALL_WORDS.split()))
"""Words that nearly every petition has."""


def similar_to(connection: Connection, draft: PetitionDraft) -> list[Similar]:
    """Return open petitions about the same, the most alike first; nobody's words are in them."""
    told = f"{draft.content} {draft.paper}"
    found = []
    for row in _candidates(connection, draft):
        likeness = likeness_of(told, f"{row.content} {row.paper}", row.procedure_title)
        if likeness >= (ALIKE_WITH_BOTH if _both(row, draft) else ALIKE):
            found.append((likeness, row))
    found.sort(key=lambda pair: (-pair[0], pair[1].received_at))
    shown = found[:MOST_SHOWN]
    counts = supporters_of(connection, [row.id for _, row in shown])
    return [_similar(row, likeness, counts.get(row.id, 0)) for likeness, row in shown]


def _candidates(connection: Connection, draft: PetitionDraft) -> list[Row]:
    """The newest open ones of the same kind that share a place with the draft: procedure, or commune."""
    same = [PETITION.c.procedure_code == draft.procedure_code] if draft.procedure_code else []
    same += [PETITION.c.commune_code == draft.commune_code] if draft.commune_code else []
    if not same:
        return []
    query = select(PETITION).where(
        PETITION.c.state.in_([state.value for state in OPEN]), PETITION.c.kind == draft.kind.value, or_(*same)
    )
    return list(connection.execute(query.order_by(PETITION.c.received_at.desc()).limit(_MOST_COMPARED)))


def _both(row: Row, draft: PetitionDraft) -> bool:
    procedure = bool(draft.procedure_code) and row.procedure_code == draft.procedure_code
    return procedure and bool(draft.commune_code) and row.commune_code == draft.commune_code


def likeness_of(told: str, other: str, procedure_title: str = "") -> float:
    """Return the share of words of their own that two texts have in common (Dice), 0…1.

    The procedure's name and what every petition says count for nothing: all petitions about it have them.
    """
    common = _SMALL | set(words(procedure_title))
    ours, theirs = set(words(told)) - common, set(words(other)) - common
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def _similar(row: Row, likeness: float, supporters: int) -> Similar:
    return Similar(
        ref=row.id,
        kind=PetitionKind(row.kind),
        state=PetitionState(row.state),
        procedure_title=row.procedure_title,
        unit_name=row.unit_name,
        received_on=city_date(row.received_at),
        supporters=supporters,
        likeness=round(likeness, 2),
    )
