"""Jobs about dossiers: notice what changed, say it once, warn the unit before a due date, forget old tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.cases.answering import CaseAnswers
from bot.cases.desk import CHANGE, DUE_SOON
from bot.cases.follows import ERASED, Follows, Word, followers_beside, mark_number, mark_said
from bot.cases.models import FINISHED, PAUSED, CaseStatus
from bot.cases.service import CaseService
from bot.cases.tables import CASE_FOLLOW
from bot.cases.telling import case_wording, state_name
from bot.errors import CaseSystemDownError
from bot.hub.models import Draft
from bot.jobs.runner import Result
from bot.jobs.saying import erased_among, say_on_both
from bot.ops.case_codes import CaseCode, find_case_codes
from bot.ops.clock import Clock, city_date
from bot.ops.news import NewsKind, to_content
from bot.ops.quiet_hours import is_quiet
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database
from knowledge.blocks import heading, to_json, to_text
from knowledge.working_days import Calendar

STOP_PAYLOAD = "/stop_following"


@dataclass(frozen=True)
class CaseJobs:
    """The work of the jobs; each may be broken off anywhere and goes on at its next run."""

    cases: CaseService
    follows: Follows
    answers: CaseAnswers
    database: Callable[[], Database]
    clock: Clock
    calendar: Calendar
    switches: Switches | None = None
    """By which looking up can be switched off: then nothing is read or told, and it is when it is on again."""

    async def look_for_changes(self) -> Result:
        """Read every followed dossier and store a word where it has changed; warn units of what is due next."""
        await self._forget_erased()
        if await self._is_off():
            return {"off": 1}
        looked, changed, down = 0, 0, 0
        for follow in await self.follows.active():
            try:
                status = await self._read(follow.case_code)
            except CaseSystemDownError:  # logged where it was met; the next run asks again
                down += 1
                continue
            if status is not None:
                looked += 1
                changed += await self.follows.note(follow, status)
                await self._warn_unit(status)
        return {"looked": looked, "changed": changed, "down": down}

    async def say_words(self) -> Result:
        """Say what waits to be said, in the citizens' channels, outside the quiet hours."""
        if is_quiet(self.clock.now()) or await self._is_off():
            return {}
        said, left = 0, 0
        for word in await self.follows.waiting():
            try:
                draft = await self._draft(word)
            except CaseSystemDownError:
                left += 1
                continue
            said += await self.database().write(self._say, word, draft)
        return {"said": said, "left": left}

    async def forget_tries(self) -> Result:
        """Drop counts of look-ups that are over."""
        return {"forgotten": await self.cases.forget_tries()}

    async def _is_off(self) -> bool:
        return self.switches is not None and await self.switches.is_off(Feature.CASES) is not None

    async def _forget_erased(self) -> None:
        """Whoever erases a conversation follows nothing more."""
        for sender in await self.database().run(_erased_followers):
            await self.follows.erase(sender)

    async def _read(self, case_code: str) -> CaseStatus | None:
        code = _code_of(case_code, self.clock.now())
        record, _ = await self.cases.read(code) if code else (None, False)
        return record.status if record else None

    async def _warn_unit(self, status: CaseStatus) -> None:
        """One working day before a dossier is due, its unit is told (R-35)."""
        if status.due_on is None or status.state in FINISHED | PAUSED:
            return
        if self.calendar.between(city_date(self.clock.now()), status.due_on).days == 1:
            await self.answers.desk.follow_up(status, DUE_SOON)

    async def _draft(self, word: Word) -> Draft:
        code = _code_of(word.case_code, self.clock.now())
        record, sample = await self.cases.read(code) if code else (None, False)
        title = case_wording()("word.changed" if word.kind == CHANGE else "word.notice", code=word.case_code)
        blocks: list[Any] = [heading(title)]
        if record is not None:
            blocks += (await self.answers.tell(record.status, sample)).blocks[1:]
        content = {
            "text": to_text(blocks),
            "blocks": to_json(blocks),
            "buttons": [{"title": case_wording()("word.stop")}],
            "answer": {"outcome": "answered_case_change", "procedure_code": None, "fields": []},
        }
        if record is not None:
            status = record.status.with_notice(await self.answers.desk.notice_of(word.case_code))
            if news := _news(word.kind, status):
                content["news"] = news
        return Draft(content, (f'{STOP_PAYLOAD}{{"case_code":"{word.case_code}"}}',))

    def _say(self, connection: Connection, word: Word, draft: Draft) -> int:
        """Store the message and mark the word said, both or neither. An erased conversation hears nothing more."""
        now = self.clock.now()
        if not mark_said(connection, word.id, now):
            return 0
        message = say_on_both(connection, word.sender, draft, now, followers_beside(connection, word.id))
        if message is None:
            return 0
        mark_number(connection, word.id, message.seq)
        return 1


def _erased_followers(connection: Connection) -> list[str]:
    followers = select(CASE_FOLLOW.c.sender).where(CASE_FOLLOW.c.sender != ERASED)
    return erased_among(connection, [row.sender for row in connection.execute(followers.distinct())])


def _news(kind: str, status: CaseStatus) -> dict[str, Any] | None:
    """Return what is new in fields; None for a notice that the record does not hold."""
    facts = {"case_code": status.code, "title": status.title, "unit": status.unit, "due_on": status.due_on}
    if kind == CHANGE:
        return to_content(NewsKind.CASE_CHANGED, **facts, state=state_name(status))
    if status.notice is None:
        return None
    reason, day = status.notice.reason, status.notice.next_return_date
    return to_content(NewsKind.LATE_NOTICE, **facts, reason=reason, next_return_date=day)


def _code_of(text: str, moment: datetime) -> CaseCode | None:
    found = find_case_codes(text, city_date(moment))
    return found[0].code if found else None
