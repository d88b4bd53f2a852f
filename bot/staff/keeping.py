"""What is kept of staff, and for how long: sessions, tries, the audit; telephones' secrets are sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import Connection

from bot.ops.clock import Clock
from bot.staff.audit import add_line
from bot.staff.models import Deed
from bot.staff.sessions import SessionLimits
from bot.staff.tables import STAFF_AUDIT, STAFF_PERSON, STAFF_SESSION
from bot.staff.totp import TotpSeal
from bot.store.engine import Database
from bot.store.tries import Tries
from bot.tuning.reading import Tuning

SESSIONS_KEPT = timedelta(days=30)
"""A session that is over is of use to whoever looks into a break-in; then it goes."""
BY_JOB = "job"
_AT_ONCE = 5000


@dataclass(frozen=True)
class StaffKeeping:
    """The work of one job; may be broken off anywhere and goes on at its next run."""

    database: Callable[[], Database]
    clock: Clock
    tries: Tries
    seal: TotpSeal
    tuning: Tuning
    limits: SessionLimits = field(default_factory=SessionLimits)

    async def keep(self) -> dict[str, int]:
        """Do all of it; how much of each there was to do."""
        return await self.database().write(self._keep)

    def _keep(self, connection: Connection) -> dict[str, int]:
        return {
            "sealed": self._seal(connection),
            "sessions": self._forget_sessions(connection),
            "tries": self.tries.forget(connection, self.clock.now()),
            "audit": self._forget_audit(connection),
        }

    def _seal(self, connection: Connection) -> int:
        """Seal what was stored before secrets were sealed."""
        done = 0
        for row in connection.execute(select(STAFF_PERSON).with_for_update()).all():
            stored = {"totp_secret": row.totp_secret, "totp_wanted": row.totp_wanted}
            plain = {name: text for name, text in stored.items() if text and not self.seal.is_sealed(text)}
            if plain:
                sealed = {name: self.seal.seal(text) for name, text in plain.items()}
                connection.execute(update(STAFF_PERSON).where(STAFF_PERSON.c.id == row.id).values(**sealed))
                done += 1
        return done

    def _forget_sessions(self, connection: Connection) -> int:
        of, before = STAFF_SESSION.c, self.clock.now() - SESSIONS_KEPT
        over = or_(of.ended_at < before, of.seen_at < before - self.limits.idle)
        return int(connection.execute(delete(STAFF_SESSION).where(over)).rowcount)

    def _forget_audit(self, connection: Connection) -> int:
        """Drop lines that were kept long enough; that it was done stands in the audit, too."""
        days, now = self.tuning.read(connection).audit_kept_days, self.clock.now()
        if not days:
            return 0
        old = select(STAFF_AUDIT.c.id).where(STAFF_AUDIT.c.at < now - timedelta(days=days))
        some = old.order_by(STAFF_AUDIT.c.id).limit(_AT_ONCE).scalar_subquery()
        done = int(connection.execute(delete(STAFF_AUDIT).where(STAFF_AUDIT.c.id.in_(some))).rowcount)
        if done:
            add_line(connection, now, BY_JOB, Deed.AUDIT_FORGOTTEN, "", str(done))
        return done
