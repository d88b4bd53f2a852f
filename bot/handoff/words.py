"""Sentences of handing over: what the hub says to citizens around it. Texts are in wording.yml."""

from __future__ import annotations

from datetime import datetime, time
from itertools import groupby
from pathlib import Path

from bot.handoff.models import DeskState
from bot.handoff.shifts import Hours, Shift
from bot.ops.clock import CITY_TIME
from knowledge.text import words
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


def handoff_wording() -> Wording:
    """The sentences, read once."""
    return load_wording(WORDING_FILE)


def hours_text(hours: Hours) -> str:
    """Return a unit's hours as a citizen reads them."""
    say = handoff_wording()
    spans = say("hours.and").join(
        say("hours.span", begins=clock_text(span.begins), until=clock_text(span.until)) for span in hours.spans
    )
    return say("hours.week", days=_days_text(hours.days), spans=spans)


def clock_text(at: time) -> str:
    """7 giờ 30; 13 giờ."""
    say = handoff_wording()
    return say("hours.full", hour=at.hour) if at.minute == 0 else say("hours.minutes", hour=at.hour, minute=f"{at:%M}")


def moment_text(moment: datetime, now: datetime) -> str:
    """Return a moment as it is said today: 13 giờ hôm nay; 7 giờ 30 ngày mai; 7 giờ 30 thứ Hai, 30/11."""
    say, local = handoff_wording(), moment.astimezone(CITY_TIME)
    ahead = (local.date() - now.astimezone(CITY_TIME).date()).days
    at = clock_text(local.time())
    if ahead in (0, 1):
        return say("hours.today" if ahead == 0 else "hours.tomorrow", at=at)
    return say("hours.day", at=at, day=say(f"days.{local.weekday()}"), date=f"{local:%d/%m}")


def shift_text(shift: Shift, now: datetime) -> str:
    """Return a shift as it is promised: từ 7 giờ 30 ngày mai đến 11 giờ 30."""
    until = clock_text(shift.until.astimezone(CITY_TIME).time())
    return handoff_wording()("hours.shift", begins=moment_text(shift.begins, now), until=until)


def means(text: str, name: str) -> bool:
    """Say whether one of the phrases below "meant" stands in `text`."""
    folded = f" {' '.join(words(text))} "
    return any(f" {phrase} " in folded for phrase in handoff_wording().list(f"meant.{name}"))


def next_text(desk: DeskState, now: datetime) -> str:
    """Return when somebody is on duty next; that it is not known where no shift is near."""
    if desk.next_shift is None:
        return handoff_wording()("hours.unknown")
    return moment_text(desk.next_shift, now)


def wait_text(minutes: int | None) -> str:
    """Return how long it will likely take, or that this is not known."""
    say = handoff_wording()
    return say("wait.unknown") if minutes is None else say("wait.minutes", minutes=minutes)


def _days_text(days: tuple[int, ...]) -> str:
    say = handoff_wording()
    runs = []
    for _, group in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        run = [day for _, day in group]
        if len(run) > 2:
            runs.append(say("hours.run", first=say(f"days.{run[0]}"), last=say(f"days.{run[-1]}")))
        else:
            runs += [say(f"days.{day}") for day in run]
    return ", ".join(runs)
