"""The statements of every event and of every message that is sent, built once: see bot/hub/statements.py.

Names of parameters begin with `the_`. the_user: the citizen's id; the_owner: a process; the_now: this moment; the_end:
that of a lease.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from bot.store.prepared import Prepared, upsert
from bot.store.types import UtcDateTime
from bot.zalo.states import OPEN_STATES, InState, OutState
from bot.zalo.tables import INBOX, OUTBOX, PERSON, RATE, in_state

NEW, DONE = InState.NEW.value, InState.DONE.value
WAITING, SENDING, SENT, HELD = (
    state.value for state in (OutState.WAITING, OutState.SENDING, OutState.SENT, OutState.HELD)
)

_ME = PERSON.c.user_id == bindparam("the_user")
_NOW: Any = bindparam("the_now")
_NEW = in_state(INBOX, NEW)
_OPEN = in_state(OUTBOX, *OPEN_STATES)
_IN_FREE = or_(PERSON.c.in_until.is_(None), PERSON.c.in_until < _NOW)
_OUT_FREE = or_(PERSON.c.out_until.is_(None), PERSON.c.out_until < _NOW)

FIND_PERSON = Prepared(select(PERSON).where(_ME))
"""Takes the_user."""
PERSON_OF = Prepared(select(PERSON).where(PERSON.c.conversation_id == bindparam("the_conversation")))
"""Takes the_conversation."""
_FRESH = {"conversation_id": bindparam("the_conversation"), "queued_seq": 0, "choices": None, "choices_seq": None}
GIVE_FIRST = Prepared(update(PERSON).where(_ME, PERSON.c.conversation_id.is_(None)).values(**_FRESH))
"""Takes the_user, the_conversation; touches no row of who has one."""
GIVE_ANOTHER = Prepared(
    update(PERSON).where(_ME, PERSON.c.conversation_id == bindparam("the_expected")).values(**_FRESH)
)
"""Takes the_user, the_expected, the_conversation; touches no row of who has another one than expected."""


ADD_EVENT = upsert(
    INBOX,
    lambda insertion: insertion.on_conflict_do_nothing(),
    *("event_id", "user_id", "received_at", "happened", "body", "state", "num_retry"),
)
"""Takes these; touches no row where the event was stored before, by whomever."""
ADD_PERSON = upsert(PERSON, lambda insertion: insertion.on_conflict_do_nothing(), "user_id", "queued_seq")
"""Takes user_id, queued_seq: of who is new."""
_MOMENT: Any = bindparam("the_moment", type_=UtcDateTime)
_LATER = or_(PERSON.c.interacted_at.is_(None), PERSON.c.interacted_at < _MOMENT)
INTERACTED = Prepared(
    update(PERSON)
    .where(_ME)
    .values(interacted_at=case((_LATER, _MOMENT), else_=PERSON.c.interacted_at), unreachable=None)
)
"""Takes the_user, the_moment: the window counts from the latest. Touches no row of who is new."""
FREE_HELD = Prepared(
    update(OUTBOX)
    .where(OUTBOX.c.user_id == bindparam("the_user"), in_state(OUTBOX, HELD))
    .values(state=WAITING, due_at=_NOW)
)
"""Takes the_user, the_now."""
FOLLOWED = Prepared(update(PERSON).where(_ME).values(followed=bindparam("the_answer")))
"""Takes the_user, the_answer."""

LONGEST_WAITING = Prepared(
    select(INBOX.c.user_id)
    .join(PERSON, PERSON.c.user_id == INBOX.c.user_id)
    .where(_NEW, _IN_FREE)
    .order_by(INBOX.c.received_at)
    .limit(1)
)
"""Takes the_now: the citizen who has waited longest, and whom nobody works for."""
TAKE_IN_LEASE = Prepared(
    update(PERSON).where(_ME, _IN_FREE).values(in_owner=bindparam("the_owner"), in_until=bindparam("the_end"))
)
"""Takes the_user, the_now, the_owner, the_end; touches no row where somebody works for the citizen."""
_IN_MINE = PERSON.c.in_owner == bindparam("the_owner")
RENEW_IN_LEASE = Prepared(update(PERSON).where(_ME, _IN_MINE).values(in_until=bindparam("the_end")))
"""Takes the_user, the_owner, the_end; touches no row where it is another's by now."""
LEAVE_IN_LEASE = Prepared(update(PERSON).where(_ME, _IN_MINE).values(in_owner=None, in_until=None))
"""Takes the_user, the_owner."""
NEXT_EVENT = Prepared(
    select(INBOX.c.event_id, INBOX.c.body, INBOX.c.attempts, PERSON)
    .join(PERSON, PERSON.c.user_id == INBOX.c.user_id)
    .where(INBOX.c.user_id == bindparam("the_user"), _NEW)
    .order_by(INBOX.c.happened, INBOX.c.received_at)
    .limit(1)
)
"""Takes the_user: the citizen's oldest event, and the citizen."""
END_EVENT = Prepared(update(INBOX).where(INBOX.c.event_id == bindparam("the_event")).values(state=DONE, body=None))
"""Takes the_event."""
COUNT_TRY = Prepared(
    update(INBOX)
    .where(INBOX.c.event_id == bindparam("the_event"))
    .values(attempts=INBOX.c.attempts + 1, state=bindparam("the_state"))
)
"""Takes the_event, the_state."""

MOVE_ON = Prepared(
    update(PERSON)
    .where(_ME, PERSON.c.queued_seq == bindparam("the_known"), PERSON.c.conversation_id == bindparam("the_talk"))
    .values(
        queued_seq=bindparam("the_last"), choices=bindparam("the_choices"), choices_seq=bindparam("the_choices_seq")
    )
)
"""Takes the_user, the_talk, the_known: up to where the outbox was known to hold what was said; the_last: up to where it
does now; the_choices, the_choices_seq. Touches no row where another process was faster."""
ADD_PART = Prepared(
    insert(OUTBOX).inline(),
    *("user_id", "conversation_id", "seq", "part", "body", "state", "made_at", "due_at"),
)
"""Takes these."""
_FIRST = select(OUTBOX.c.user_id, func.min(OUTBOX.c.id).label("id")).where(_OPEN).group_by(OUTBOX.c.user_id).subquery()
DUE = Prepared(
    select(PERSON.c.user_id)
    .join(_FIRST, _FIRST.c.user_id == PERSON.c.user_id)
    .join(OUTBOX, OUTBOX.c.id == _FIRST.c.id)
    .where(_OUT_FREE, or_(OUTBOX.c.due_at <= _NOW, OUTBOX.c.state == SENDING))
    .order_by(OUTBOX.c.due_at)
    .limit(1)
)
"""Takes the_now: somebody whose oldest open message is due, and whom nobody sends to."""
TAKE_OUT_LEASE = Prepared(
    update(PERSON).where(_ME, _OUT_FREE).values(out_owner=bindparam("the_owner"), out_until=bindparam("the_end"))
)
"""Takes the_user, the_now, the_owner, the_end; touches no row where somebody sends to the citizen."""
_OUT_MINE = PERSON.c.out_owner == bindparam("the_owner")
RENEW_OUT_LEASE = Prepared(update(PERSON).where(_ME, _OUT_MINE).values(out_until=bindparam("the_end")))
"""Takes the_user, the_owner, the_end; touches no row where it is another's by now."""
LEAVE_OUT_LEASE = Prepared(update(PERSON).where(_ME, _OUT_MINE).values(out_owner=None, out_until=None))
"""Takes the_user, the_owner."""
OLDEST_OPEN = Prepared(
    select(OUTBOX, PERSON.c.interacted_at)
    .join(PERSON, PERSON.c.user_id == OUTBOX.c.user_id)
    .where(OUTBOX.c.user_id == bindparam("the_user"), _OPEN)
    .order_by(OUTBOX.c.id)
    .limit(1)
)
"""Takes the_user."""
_PART = OUTBOX.c.id == bindparam("the_id")
BEGIN_PART = Prepared(update(OUTBOX).where(_PART).values(state=SENDING, began_at=_NOW, attempts=OUTBOX.c.attempts + 1))
"""Takes the_id, the_now."""
PART_SENT = Prepared(
    update(OUTBOX)
    .where(_PART)
    .values(state=SENT, ended_at=_NOW, message_id=bindparam("the_name"), body=None, code=None)
)
"""Takes the_id, the_now, the_name: Zalo's id."""


_MINUTE = RATE.c.minute == bindparam("the_minute")
ONE_MORE_CALL = Prepared(
    update(RATE).where(_MINUTE, RATE.c.calls < bindparam("the_most")).values(calls=RATE.c.calls + 1)
)
"""Takes the_minute, the_most; touches no row where the minute is full, or new."""
BEGIN_MINUTE = upsert(RATE, lambda insertion: insertion.on_conflict_do_nothing(), "minute", "calls")
"""Takes minute, calls."""
