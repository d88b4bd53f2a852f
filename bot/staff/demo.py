"""Sample people for trying the console out: random passwords, new at every start, and never beside real people."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import SettingInvalidError
from bot.staff.build import StaffParts
from bot.staff.models import CITY, COMMAND, Role, StaffFault
from bot.staff.people import PersonDraft
from bot.staff.telling import staff_wording

_COMMUNE = "26740"
_SAMPLE = (
    ("mau.quantri", "administrator", frozenset({Role.ADMINISTRATOR}), (CITY,)),
    ("mau.canbo", "officer", frozenset({Role.OFFICER}), (CITY,)),
    ("mau.phuong", "commune", frozenset({Role.OFFICER}), (_COMMUNE,)),
    ("mau.bientap", "editor", frozenset({Role.EDITOR}), (CITY,)),
)


@dataclass(frozen=True)
class SamplePerson:
    """How somebody signs in."""

    name: str
    password: str


async def make_sample_people(staff: StaffParts) -> list[SamplePerson]:
    """Add the sample people, or give those of before new passwords. Raises `SettingInvalidError` beside real people."""
    people = await staff.people.all()
    if any(not one.demo for one in people):
        raise SettingInvalidError(staff_wording()(f"fault.{StaffFault.REAL_PEOPLE.value}"))
    known = {one.name for one in people}
    made = []
    for name, word, roles, units in _SAMPLE:
        if name in known:
            password = await staff.people.reset_password(name, COMMAND, must_change=False)
            made.append(SamplePerson(name, password))
            continue
        draft = PersonDraft(name, staff_wording()(f"demo.{word}"), roles, units)
        made.append(SamplePerson(name, await staff.people.add(draft, COMMAND, demo=True)))
    return made
