"""`python -m bot.zalo …`: the first consent, tokens by hand, and how the channel stands.

Exit codes: 0 done, 1 refused or in trouble (said why), 2 wrong use or setting. No secret is ever printed.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence

from bot.errors import MotCuaError, SettingInvalidError, ZaloDownError, ZaloRefusedError
from bot.ops.clock import CITY_TIME, Clock, SystemClock
from bot.ops.keys import load_key
from bot.ops.sealing import Sealer
from bot.settings import Settings
from bot.store.engine import Database
from bot.store.operations import OperationsStore
from bot.zalo.build import build_tokens
from bot.zalo.client import ZaloClient, ZaloHosts
from bot.zalo.codes import consent_fault
from bot.zalo.consents import Consents
from bot.zalo.inbox import Inbox
from bot.zalo.oauth import OAuth, Pair
from bot.zalo.outbox import Outbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        if not settings.zalo.on:
            raise SettingInvalidError("MOTCUA_ZALO_APP_ID is not set: the Zalo channel is off")
        store = OperationsStore(settings.database_url)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return asyncio.run(options.work(_Desk(settings, store, SystemClock()), options))
    except (ZaloRefusedError, ZaloDownError) as error:
        code = error.context.get("zalo_code")
        print(f"{error.code}: {error}. {consent_fault(code if isinstance(code, int) else 0)}".rstrip(), file=sys.stderr)
        return 1
    except MotCuaError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()


class _Desk:
    """What the commands work with."""

    def __init__(self, settings: Settings, store: OperationsStore, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.database: Database = store()
        self.key = load_key(settings.secret, settings.data_dir)
        self.tokens = build_tokens(settings, self.database, clock)

    def consents(self) -> Consents:
        zalo = self.settings.zalo
        oauth = OAuth(zalo.oauth_url, zalo.app_id, zalo.app_secret)
        return Consents(lambda: self.database, oauth, Sealer(self.key, "zalo-consent"), self.clock)


async def _consent(desk: _Desk, options: argparse.Namespace) -> int:
    """Without an address: print the link. With the address that was come back to: take the tokens."""
    if options.address:
        await desk.tokens.put(await desk.consents().come_back(options.address))
        print("The account has consented; the tokens are stored.")
        return await _state(desk, options)
    redirect_url = desk.settings.zalo.redirect_url
    if not redirect_url:
        print("MOTCUA_ZALO_REDIRECT_URL is not set: the callback address saved in Zalo's console", file=sys.stderr)
        return 2
    print(await desk.consents().link(redirect_url))
    print("Open this as the account's administrator, allow it, then give the whole address you are sent to:")
    print('  python -m bot.zalo consent "https://…?code=…&state=…"')
    return 0


async def _tokens(desk: _Desk, _options: argparse.Namespace) -> int:
    """Tokens that Zalo's API Explorer shows, typed in without being shown."""
    access, refresh = getpass.getpass("Access token: ").strip(), getpass.getpass("Refresh token: ").strip()
    if not access or not refresh:
        print("Both tokens are needed.", file=sys.stderr)
        return 2
    await desk.tokens.put(Pair(access, refresh))
    print("The tokens are stored.")
    return await _state(desk, _options)


async def _state(desk: _Desk, _options: argparse.Namespace) -> int:
    """Tokens, inbox and outbox; exit code 1 where a person has to act."""
    state = await desk.tokens.state()
    if state is None:
        print("Tokens: none yet. Run: python -m bot.zalo consent")
        return 1
    alive = state.dead_at is None
    print(f"Tokens: pair {state.generation}, refreshed {state.refreshed_at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}")
    print(f"  access token until {state.access_until.astimezone(CITY_TIME):%d/%m/%Y %H:%M}")
    print(f"  refresh token until about {state.refresh_until.astimezone(CITY_TIME):%d/%m/%Y}")
    if not alive:
        print(f"  DEAD: Zalo refused the refresh token ({state.dead_code}). Run: python -m bot.zalo consent")
    sealer = Sealer(desk.key, "zalo-message")
    for name, box in (
        ("Inbox", Inbox(lambda: desk.database, sealer, desk.clock, "command")),
        ("Outbox", Outbox(lambda: desk.database, sealer, desk.clock, "command")),
    ):
        counts = await box.counts()
        print(f"{name}: " + (", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "empty"))
    return 0 if alive else 1


async def _template(desk: _Desk, options: argparse.Namespace) -> int:
    """What Zalo says of an approved template; exit code 1 where it may not be sent."""
    zalo = desk.settings.zalo
    client = ZaloClient(ZaloHosts(zalo.api_url, zalo.template_url, zalo.oauth_url), desk.tokens)
    try:
        found = await client.template_info(options.template_id)
    finally:
        await client.close()
    print(f"Template {found.template_id}: " + ("enabled" if found.enabled else "NOT enabled"))
    for name, longest in sorted(found.parameters.items()):
        print(f"  {name}: at most {longest} characters")
    for how, price in (("user id", found.price_by_id), ("phone", found.price_by_phone)):
        print(f"  by {how}: " + (f"{price} VND a message" if price is not None else "Zalo names no price"))
    return 0 if found.enabled else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.zalo", description=__doc__)
    commands = parser.add_subparsers(required=True)
    consent = commands.add_parser("consent", help="the link for the account's administrator, and the way back")
    consent.add_argument("address", nargs="?", default="", help="the address that the administrator was sent back to")
    consent.set_defaults(work=_consent)
    tokens = commands.add_parser("tokens", help="store tokens by hand (they are asked for, not shown)")
    tokens.set_defaults(work=_tokens)
    state = commands.add_parser("state", help="tokens, inbox, outbox; exit code 1 where a person has to act")
    state.set_defaults(work=_state)
    template = commands.add_parser("template", help="an approved template: whether it may be sent, its prices")
    template.add_argument("template_id", help="its number in Zalo's console")
    template.set_defaults(work=_template)
    return parser


if __name__ == "__main__":
    sys.exit(main())
