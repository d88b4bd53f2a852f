"""How old the catalogue is: for operators, not for answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import sqlalchemy as sa

from knowledge.engine import open_engine, reading
from knowledge.tables import load_table, record_table, version_table


@dataclass(frozen=True)
class Freshness:
    """records: procedures; newest_load: when something last came in, None for an empty catalogue;
    stale: records that nobody has seen at their source for so many days."""

    records: int
    newest_load: datetime | None
    stale: int


def freshness(url: str, today: date, stale_after_days: int) -> Freshness:
    """Read the catalogue at `url`; raises what SQLAlchemy raises where there is none."""
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            codes = sa.select(sa.func.count(sa.distinct(record_table.c.code)))
            newest = sa.select(load_table.c.at).order_by(load_table.c.id.desc()).limit(1)
            current = sa.and_(
                version_table.c.code == record_table.c.code,
                version_table.c.origin == record_table.c.origin,
                version_table.c.number == record_table.c.number,
            )
            old = version_table.c.seen_on < today - timedelta(days=stale_after_days)
            stale = sa.select(sa.func.count()).select_from(record_table.join(version_table, current)).where(old)
            at = connection.execute(newest).scalar()
            return Freshness(
                records=int(connection.execute(codes).scalar() or 0),
                newest_load=at if at is None or at.tzinfo else at.replace(tzinfo=timezone.utc),
                stale=int(connection.execute(stale).scalar() or 0),
            )
    finally:
        engine.dispose()
