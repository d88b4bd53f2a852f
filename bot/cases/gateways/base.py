"""The port to the systems that hold dossiers, and the routing of a code to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.cases.models import CaseRecord
from bot.ops.case_codes import CaseCode


class CaseGateway(Protocol):
    """One system that holds dossiers. `sample`: what it says is made up, and every answer must say so."""

    name: str
    sample: bool

    async def look_up(self, code: CaseCode) -> CaseRecord | None:
        """Return the dossier behind `code`, None where there is none; raise `CaseSystemDownError`."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True)
class Route:
    """A gateway for the units whose code holds `unit` as whole parts ("H29", "H29.12"); "" is for all others."""

    unit: str
    gateway: CaseGateway


class Gateways:
    """Which system is asked for which code: the route with the longest unit."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: -len(route.unit))

    def of(self, code: CaseCode) -> CaseGateway | None:
        """Return the gateway for a code, None where no system is set up for its unit."""
        unit = f".{code.unit}."
        return next((route.gateway for route in self._routes if not route.unit or f".{route.unit}." in unit), None)

    async def close(self) -> None:
        """Close every gateway once."""
        for gateway in {id(route.gateway): route.gateway for route in self._routes}.values():
            await gateway.close()


Fields = Mapping[str, object]
"""A dossier in the national sync fields, as a system sends it."""
