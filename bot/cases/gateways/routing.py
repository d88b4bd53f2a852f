"""Which system holds which dossiers: the sample city, or a file of the operator's. Shape: docs/adding-a-gateway.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.gateways.sample import SampleGateway
from bot.cases.models import CaseState
from bot.errors import SettingInvalidError
from bot.ops.clock import Clock
from knowledge.plain_yaml import plain_yaml

SAMPLE, NONE = "sample", "none"
_UNIT = r"^(|[A-Z]?\d{1,3}(\.[A-Z]?\d{1,3})*)$"
_STATES = [state.value for state in CaseState if state is not CaseState.UNKNOWN]
_SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["gateways"],
    "additionalProperties": False,
    "properties": {
        "gateways": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "kind", "units"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,30}$"},
                    "kind": {"enum": ["city", "sample"]},
                    "units": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": _UNIT}},
                    "address": {"type": "string", "pattern": r"^https?://[^\s?#]+$"},
                    "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 30},
                    "tries": {"type": "integer", "minimum": 1, "maximum": 5},
                    "failures_until_rest": {"type": "integer", "minimum": 1},
                    "rest_seconds": {"type": "integer", "minimum": 1, "maximum": 3600},
                    "local_states": {"type": "object", "additionalProperties": {"enum": _STATES}},
                },
            },
        }
    },
}  # fmt: skip


def build_gateways(setting: str, tokens: Mapping[str, str], clock: Clock) -> Gateways:
    """Return the gateways of a setting: `sample`, `none`, or the path of a file.

    tokens: gateway's name → its token (from the environment, never from the file). Raises `SettingInvalidError`.
    """
    if setting == NONE:
        return Gateways([])
    if setting == SAMPLE:
        return Gateways([Route("", SampleGateway(clock))])
    routes: list[Route] = []
    for entry in _entries(Path(setting)):
        gateway = SampleGateway(clock) if entry["kind"] == SAMPLE else CityGateway(_system(entry, tokens))
        routes += [Route(unit, gateway) for unit in entry["units"]]
    doubled = {route.unit for route in routes if sum(other.unit == route.unit for other in routes) > 1}
    if doubled:
        raise SettingInvalidError(f"{setting}: units with two gateways: {', '.join(sorted(doubled))}")
    return Gateways(routes)


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        data = plain_yaml(path.read_text("utf-8"))
        jsonschema.validate(data, _SHAPE)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingInvalidError(f"MOTCUA_CASE_GATEWAYS: {path} cannot be read: {type(error).__name__}") from error
    except jsonschema.ValidationError as error:
        place = "/".join(str(part) for part in error.path)
        raise SettingInvalidError(f"MOTCUA_CASE_GATEWAYS: {path}: {place}: {error.message[:200]}") from error
    entries: list[dict[str, Any]] = data["gateways"]
    return entries


def _system(entry: Mapping[str, Any], tokens: Mapping[str, str]) -> CitySystem:
    if "address" not in entry:
        raise SettingInvalidError(f"MOTCUA_CASE_GATEWAYS: gateway {entry['name']} of kind city needs an address")
    states = {
        " ".join(str(words).lower().split()): CaseState(state) for words, state in entry.get("local_states", {}).items()
    }
    given = {key: entry[key] for key in ("timeout", "tries", "failures_until_rest", "rest_seconds") if key in entry}
    token = tokens.get(entry["name"], "")
    return CitySystem(entry["name"], entry["address"].rstrip("/"), token, local_states=states, **given)
