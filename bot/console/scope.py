"""What belongs to whose units: an officer sees their own units', an administrator everything."""

from __future__ import annotations

from bot.feedback.models import Desk
from bot.petitions.communes import commune_codes, commune_name
from bot.petitions.models import Petition
from bot.petitions.routing import COMMUNE, Routing
from bot.referrals.models import Referral
from bot.staff.models import CITY, Person, Role
from knowledge.text import fold


def own_units(person: Person) -> tuple[str, ...] | None:
    """Return the units whose conversations and replies are somebody's; None: all."""
    return None if person.is_administrator else person.units


def petition_units(person: Person, routing: Routing) -> tuple[str, ...] | None:
    """Return the codes of the units whose petitions are somebody's to see; None: all."""
    if person.is_administrator:
        return None
    communes = tuple(f"{COMMUNE}:{unit}" for unit in person.units if unit != CITY)
    return (*routing.units, *communes) if CITY in person.units else communes


def sees_petition(person: Person, petition: Petition, routing: Routing) -> bool:
    """Say whether a petition is somebody's to see: their unit answers, or is the citizen's contact."""
    units = petition_units(person, routing)
    return units is None or petition.unit_code in units or petition.contact_unit_code in units


def unit_choices(routing: Routing) -> list[tuple[str, str]]:
    """Return code and name of every unit that can be given a petition."""
    communes = [routing.unit_of_commune(code) for code in commune_codes()]
    named = sorted(((unit.code, unit.name) for unit in communes if unit is not None), key=lambda one: fold(one[1]))
    return [(unit.code, unit.name) for unit in routing.units.values()] + named


def sees_referral(person: Person, referral: Referral) -> bool:
    """Say whether a request to a team is somebody's to see: of their commune; the city's officers see all."""
    return person.sees_city or referral.commune_code in person.units


def own_unit_names(person: Person) -> list[str]:
    """Return the names of somebody's communes, as one-stop systems write them at the end of a unit's name."""
    return [commune_name(unit) for unit in person.units if unit != CITY and commune_name(unit)]


def sees_case_unit(person: Person, unit: str) -> bool:
    """Say whether a dossier's unit, in words, is somebody's; the city's officers see all."""
    return person.sees_city or any(_ends_with(unit, name) for name in own_unit_names(person))


def feedback_desks(person: Person) -> frozenset[Desk]:
    """Return the desks whose feedback is somebody's: the records are the editors', the rest the support team's."""
    if person.is_administrator:
        return frozenset(Desk)
    desks = {Desk.EDITOR} if Role.EDITOR in person.roles else set()
    return frozenset(desks | {Desk.SUPPORT} if Role.OFFICER in person.roles and person.sees_city else desks)


def _ends_with(unit: str, name: str) -> bool:
    return f" {' '.join(fold(unit).split())}".endswith(f" {' '.join(fold(name).split())}")
