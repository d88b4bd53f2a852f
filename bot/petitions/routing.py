"""Which unit gets which petition: data (routing.yml, or the operator's own file), read once and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import SettingInvalidError
from bot.petitions.models import PetitionKind
from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold, words

ROUTING_FILE = Path(__file__).with_name("routing.yml")
COMMUNE = "commune"
"""Stands in a rule's `to` for the unit of the commune that the petition is about; the unit is "commune:26740"."""
_WHEN = frozenset({"official", "kinds", "levels", "sectors", "procedures", "communes", "words"})
ANY_COMMUNE, NO_COMMUNE = "any", "none"
UNKNOWN_LEVEL = "unknown"
"""The level where no procedure was named, or one that is not in the catalogue."""

CommuneNames = Callable[[str], str]
"""Five digits of a commune → its name, "" for one that there is not."""


@dataclass(frozen=True)
class Unit:
    """Who gets petitions. person: on duty there, "" where whoever takes it up is. head: who is told what is late."""

    code: str
    name: str
    person: str = ""
    head: str = ""


@dataclass(frozen=True)
class Matter:
    """What routing looks at. levels: of authority, as the catalogue names them; text: the citizen's words."""

    kind: PetitionKind
    official: bool
    commune_code: str = ""
    procedure_code: str = ""
    levels: tuple[str, ...] = (UNKNOWN_LEVEL,)
    sector: str = ""
    text: str = ""


@dataclass(frozen=True)
class Rule:
    """All that is named must fit. communes: ("any",), ("none",) or codes; procedures: beginnings of codes."""

    id: str
    to: str
    official: bool | None = None
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, matter: Matter) -> bool:
        """Say whether the rule is for `matter`."""
        return all(self._looks(matter))

    def _looks(self, matter: Matter) -> Iterator[bool]:
        yield self.official is None or self.official == matter.official
        yield not self.kinds or matter.kind.value in self.kinds
        yield not self.levels or not set(self.levels).isdisjoint(matter.levels)
        yield not self.sectors or fold(matter.sector) in map(fold, self.sectors)
        yield not self.procedures or matter.procedure_code.startswith(self.procedures)
        yield not self.communes or self._fits_commune(matter.commune_code)
        yield not self.words or _says(matter.text, self.words)

    def _fits_commune(self, code: str) -> bool:
        if self.communes == (ANY_COMMUNE,):
            return bool(code)
        return not code if self.communes == (NO_COMMUNE,) else code in self.communes


@dataclass(frozen=True)
class Routed:
    """A unit, and the id of the rule that named it ("default" where none did)."""

    unit: Unit
    rule: str


@dataclass(frozen=True)
class Routing:
    """Rules in their order, the first that fits wins; whatever leads nowhere goes to the default unit."""

    units: dict[str, Unit]
    communes: dict[str, Unit]
    rules: tuple[Rule, ...]
    default: str
    commune_unit: str
    """How the unit of a commune is called that has no entry of its own: "UBND {name}"."""
    name_of: CommuneNames

    def route(self, matter: Matter) -> Routed:
        """Return who gets a petition; never nobody."""
        for rule in self.rules:
            if rule.fits(matter):
                unit = self._unit(rule.to, matter.commune_code)
                if unit is not None:
                    return Routed(unit, rule.id)
        return Routed(self.units[self.default], "default")

    def unit(self, code: str) -> Unit | None:
        """Return the unit with a code ("support", "commune:26740"); None where there is none."""
        kind, _, commune = code.partition(":")
        return self._unit(kind, commune) if commune else self.units.get(code)

    def unit_of_commune(self, commune_code: str) -> Unit | None:
        """Return the unit of a commune; None where the code is no commune's."""
        own, name = self.communes.get(commune_code), self.name_of(commune_code)
        if own is not None or not name:
            return own
        return Unit(f"{COMMUNE}:{commune_code}", self.commune_unit.format(name=name))

    def faults(self, communes: Iterable[str]) -> list[str]:
        """Return what does not resolve: rules without a unit, communes without one; empty where all is well."""
        found = [f"rule {rule.id}: no unit {rule.to!r}" for rule in self.rules if not self._resolves(rule.to)]
        if self.default not in self.units:
            found.append(f"default: no unit {self.default!r}")
        ids = [rule.id for rule in self.rules]
        found += [f"rule {one}: stands there twice" for one in sorted(set(ids)) if ids.count(one) > 1]
        known = list(communes)
        found += [f"commune {code}: no unit" for code in known if self.unit_of_commune(code) is None]
        named = {code for rule in self.rules for code in rule.communes} - {ANY_COMMUNE, NO_COMMUNE}
        strange = (named | set(self.communes)) - set(known) if known else set()
        return found + [f"commune {code}: there is none" for code in sorted(strange)]

    def _unit(self, to: str, commune_code: str) -> Unit | None:
        return self.unit_of_commune(commune_code) if to == COMMUNE else self.units.get(to)

    def _resolves(self, to: str) -> bool:
        return to == COMMUNE or to in self.units


def load_routing(path: Path = ROUTING_FILE, name_of: CommuneNames = lambda _code: "") -> Routing:
    """Return the routing in `path`; raise `SettingInvalidError` that says what is wrong with the file."""
    data = _read(path)
    try:
        units = {code: Unit(code, **_texts(entry)) for code, entry in data["units"].items()}
        communes = {
            code: Unit(f"{COMMUNE}:{code}", **_texts(entry)) for code, entry in (data.get("communes") or {}).items()
        }
        rules = tuple(_rule(entry) for entry in data.get("rules") or ())
        routing = Routing(units, communes, rules, data["default"], data["commune_unit"], name_of)
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingInvalidError(f"{path}: {type(error).__name__} {error}") from error
    faults = routing.faults(())
    if faults:
        raise SettingInvalidError(f"{path}: {'; '.join(faults)}")
    return routing


def _rule(entry: dict[str, Any]) -> Rule:
    when = entry.get("when") or {}
    unknown = set(when) - _WHEN
    if unknown:
        raise TypeError(f"rule {entry['id']}: unknown {', '.join(sorted(unknown))}")
    wrong = set(when.get("kinds") or ()) - {kind.value for kind in PetitionKind}
    if wrong:
        raise TypeError(f"rule {entry['id']}: no kind {', '.join(sorted(wrong))}")
    lists = {name: tuple(str(one) for one in when[name]) for name in _WHEN - {"official"} if name in when}
    return Rule(entry["id"], entry["to"], when.get("official"), **lists)


def _texts(entry: dict[str, Any]) -> dict[str, str]:
    return {name: str(value or "") for name, value in entry.items()}


@lru_cache(maxsize=8)
def _read(path: Path) -> dict[str, Any]:
    try:
        data = plain_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingInvalidError(f"{path}: cannot be read ({type(error).__name__})") from error
    if not isinstance(data, dict):
        raise SettingInvalidError(f"{path}: units, rules and default are missing")
    return data


def _says(text: str, phrases: Iterable[str]) -> bool:
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(phrase))} " in said for phrase in phrases)
