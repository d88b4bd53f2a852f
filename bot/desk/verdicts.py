"""Verdicts of reviewers on answers, and how far reviewers agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.desk.models import Judgement, Verdict
from bot.desk.tables import DESK_VERDICT
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.reach import ReachableStore

LONGEST_COMMENT = 600


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree on what more than one of them has judged.

    answers: judged at all; shared: by two or more. same: the share of pairs that say the same (0–1).
    alpha: Krippendorff's, for names: 1 is full agreement, 0 what chance brings; None where nothing can be said.
    """

    answers: int
    shared: int
    same: float | None
    alpha: float | None


class Verdicts:
    """One verdict for each reviewer and answer; a later one of the same reviewer replaces it."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store = ReachableStore(database)
        self._clock = clock

    async def give(self, conversation_id: str, seq: int, by: str, judgement: Judgement, comment: str = "") -> None:
        """Judge the answer to a message."""
        said = " ".join(comment.split())[:LONGEST_COMMENT]
        await self._store.write(_give, Verdict(conversation_id, seq, by[:80], judgement, said, self._clock.now()))

    async def of(self, conversation_ids: Iterable[str]) -> dict[tuple[str, int], list[Verdict]]:
        """Return the verdicts on conversations by conversation and message."""
        found = await self._store.read(_of, list(dict.fromkeys(conversation_ids)))
        grouped: dict[tuple[str, int], list[Verdict]] = defaultdict(list)
        for one in found:
            grouped[one.conversation_id, one.seq].append(one)
        return dict(grouped)

    async def since(self, since: datetime) -> list[Verdict]:
        """Return the verdicts that were given since a moment."""
        return await self._store.read(_since, since)


def agreement(verdicts: Sequence[Verdict]) -> Agreement:
    """Return how far the reviewers agree."""
    units: dict[tuple[str, int], list[Judgement]] = defaultdict(list)
    for one in verdicts:
        units[one.conversation_id, one.seq].append(one.judgement)
    shared = [judged for judged in units.values() if len(judged) > 1]
    if not shared:
        return Agreement(len(units), 0, None, None)
    pairs = [(first, second) for judged in shared for first, second in permutations(judged, 2)]
    same = sum(first is second for first, second in pairs) / len(pairs)
    return Agreement(len(units), len(shared), same, _alpha(shared))


def _alpha(shared: list[list[Judgement]]) -> float | None:
    """Krippendorff's alpha for nominal data: 1 - observed/expected disagreement, pairs weighted by 1/(m-1)."""
    counts = Counter(judgement for judged in shared for judgement in judged)
    total = sum(counts.values())
    observed = sum(
        sum(first is not second for first, second in permutations(judged, 2)) / (len(judged) - 1) for judged in shared
    )
    expected = sum(counts[a] * counts[b] for a, b in permutations(counts, 2)) / (total - 1)
    return 1 - observed / expected if expected else None


def erase_desk(connection: Connection, conversation_id: str, _now: datetime) -> None:
    """Forget what reviewers said of a conversation, in the transaction that erases it."""
    connection.execute(delete(DESK_VERDICT).where(DESK_VERDICT.c.conversation_id == conversation_id))


def _give(connection: Connection, verdict: Verdict) -> None:
    key = (
        DESK_VERDICT.c.conversation_id == verdict.conversation_id,
        DESK_VERDICT.c.seq == verdict.seq,
        DESK_VERDICT.c.by == verdict.by,
    )
    connection.execute(delete(DESK_VERDICT).where(*key))
    row = {name: value for name, value in vars(verdict).items() if name != "judgement"}
    connection.execute(insert(DESK_VERDICT).values(**row, verdict=verdict.judgement.value))


def _of(connection: Connection, conversation_ids: list[str]) -> list[Verdict]:
    query = select(DESK_VERDICT).where(DESK_VERDICT.c.conversation_id.in_(conversation_ids))
    return _verdicts(connection, query)


def _since(connection: Connection, since: datetime) -> list[Verdict]:
    return _verdicts(connection, select(DESK_VERDICT).where(DESK_VERDICT.c.at >= since))


def _verdicts(connection: Connection, query: object) -> list[Verdict]:
    rows = connection.execute(query.order_by(DESK_VERDICT.c.at))  # type: ignore[attr-defined]
    return [Verdict(row.conversation_id, row.seq, row.by, Judgement(row.verdict), row.comment, row.at) for row in rows]
