"""What `python -m bot.zalo state` shows: the same facts in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bot.ops.clock import CITY_TIME
from bot.zalo.template_box import TemplateBox
from bot.zalo.tokens import TokenState


async def channel_state(
    tokens: TokenState | None, inbox: Mapping[str, int], outbox: Mapping[str, int], box: TemplateBox
) -> dict[str, Any]:
    """Return the facts. Moments are ISO 8601 in the city's time, costs đồng, months newest first."""
    return {
        "tokens": None if tokens is None else _tokens(tokens),
        "inbox": dict(sorted(inbox.items())),
        "outbox": dict(sorted(outbox.items())),
        "templates": dict(sorted((await box.counts()).items())),
        "template_costs": [asdict(month) for month in await box.costs()],
    }


def _tokens(state: TokenState) -> dict[str, Any]:
    moments = {"refreshed_at": state.refreshed_at, "access_until": state.access_until}
    return {
        "pair": state.generation,
        **{name: moment.astimezone(CITY_TIME).isoformat() for name, moment in moments.items()},
        "refresh_until": state.refresh_until.astimezone(CITY_TIME).date().isoformat(),
        "alive": state.dead_at is None,
        "dead_code": state.dead_code,
    }


def state_lines(state: Mapping[str, Any]) -> Iterator[str]:
    """Return the facts in words, a line each."""
    yield from _token_lines(state["tokens"])
    for name in ("inbox", "outbox", "templates"):
        counts = state[name]
        yield f"{name.capitalize()}: " + (", ".join(f"{number} {what}" for what, number in counts.items()) or "empty")
    for month in state["template_costs"]:
        line = f"  {month['month']}: {month['sent']} sent, {month['cost']} VND"
        if month["unclear"]:
            line += f"; {month['unclear']} whose answer was lost, {month['unclear_cost']} VND if Zalo sent them"
        yield line


def _token_lines(tokens: Mapping[str, Any] | None) -> Iterator[str]:
    if tokens is None:
        yield "Tokens: none yet. Run: python -m bot.zalo consent"
        return
    yield f"Tokens: pair {tokens['pair']}, refreshed {_moment(tokens['refreshed_at'])}"
    yield f"  access token until {_moment(tokens['access_until'])}"
    year, month, day = tokens["refresh_until"].split("-")
    yield f"  refresh token until about {day}/{month}/{year}"
    if not tokens["alive"]:
        yield f"  DEAD: Zalo refused the refresh token ({tokens['dead_code']}). Run: python -m bot.zalo consent"


def _moment(text: str) -> str:
    day, _, hour = text.partition("T")
    year, month, number = day.split("-")
    return f"{number}/{month}/{year} {hour[:5]}"
