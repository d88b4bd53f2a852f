"""Settings: known, fit for the public, secrets there and strong."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from bot.cases.gateways.routing import NONE, SAMPLE, build_gateways
from bot.declared_settings import declared_settings, variables_of_tests
from bot.doctor.findings import Deployment, Finding, error, ok, warning
from bot.errors import SettingInvalidError
from knowledge.plain_yaml import plain_yaml

PREFIX = "MOTCUA_"
FAMILIES = ("MOTCUA_CASE_TOKEN_", "MOTCUA_TEST_")
SHORTEST_SECRET, FEWEST_KINDS = 32, 10
SHORTEST_TOKEN = 16
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def names(at: Deployment) -> Iterator[Finding]:
    """A misspelt variable is silently a default: the worst kind of setting."""
    known = declared_settings().keys() | variables_of_tests()
    named = sorted(name for name in at.env if name.startswith(PREFIX) and not name.startswith(FAMILIES))
    strange = [name for name in named if name not in known]
    for name in strange:
        near = get_close_matches(name, declared_settings(), n=1)
        yield error("setting_names", "setting_unknown", name=name, near=near[0] if near else "docs/settings.md")
    if not strange:
        yield ok("setting_names")


def secrets(at: Deployment) -> Iterator[Finding]:
    """Set where several machines must agree, and long enough; never shown."""
    several = not at.settings.database_url.startswith("sqlite")
    given = {"MOTCUA_SECRET": at.settings.secret, "MOTCUA_PHOTO_KEYS": " ".join(at.settings.photo_keys)}
    found = []
    for name, value in given.items():
        keys = value.split() if name == "MOTCUA_PHOTO_KEYS" else [value] if value else []
        if not keys and several:
            found.append(error("secrets", "secret_missing", name=name))
        if any(_is_weak(key, SHORTEST_SECRET) for key in keys):
            found.append(error("secrets", "secret_weak", name=name, least=SHORTEST_SECRET))
    if any(_is_weak(key, SHORTEST_SECRET) for key in at.settings.backup_keys):
        found.append(error("secrets", "secret_weak", name="MOTCUA_BACKUP_KEYS", least=SHORTEST_SECRET))
    if at.settings.metrics_token and _is_weak(at.settings.metrics_token, SHORTEST_TOKEN):
        found.append(warning("secrets", "secret_weak", name="MOTCUA_METRICS_TOKEN", least=SHORTEST_TOKEN))
    yield from found or [ok("secrets")]


def _is_weak(secret: str, shortest: int) -> bool:
    return len(secret) < shortest or len(set(secret)) < FEWEST_KINDS


def public(at: Deployment) -> Iterator[Finding]:
    """What may be on a desk must not be in front of citizens."""
    found = []
    reachable = at.settings.web_host not in LOOPBACK
    if at.settings.desk_demo:
        found.append(error("public", "demo_people") if reachable else warning("public", "demo_people"))
    if at.settings.case_gateways == SAMPLE:
        found.append(warning("public", "sample_cases"))
    for origin in at.settings.allowed_origins:
        if not origin.startswith("https://"):
            found.append(warning("public", "origin_plain", origin=origin))
    yield from found or [ok("public")]


def data_officer(at: Deployment) -> Iterator[Finding]:
    """Citizens are told who answers for their data (law 91/2025, article 33); without a name, only the hotline."""
    yield ok("data_officer") if at.settings.data_officer else warning("data_officer", "data_officer_missing")


def gateways(at: Deployment) -> Iterator[Finding]:
    """The file of one-stop systems is readable, and each system has its token."""
    try:
        build_gateways(at.settings.case_gateways, at.settings.case_tokens, at.clock)
    except SettingInvalidError as fault:
        yield error("gateways", "gateways_broken", fault=fault)
        return
    missing = []
    if at.settings.case_gateways not in (SAMPLE, NONE):
        entries = plain_yaml(Path(at.settings.case_gateways).read_text("utf-8"))["gateways"]
        missing = [e["name"] for e in entries if e["kind"] == "city" and not at.settings.case_tokens.get(e["name"])]
    for name in missing:
        yield warning("gateways", "gateway_token_missing", name=f"MOTCUA_CASE_TOKEN_{name}")
    if not missing:
        yield ok("gateways")
