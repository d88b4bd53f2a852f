"""`python -m bot.zalo …`: the first consent, tokens by hand, and how the channel stands.

Exit codes: 0 done, 1 refused or in trouble (said why), 2 wrong use or setting. No secret is ever printed.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Sequence

from bot.errors import MotCuaError, SettingInvalidError, ZaloDownError, ZaloRefusedError
from bot.ops.clock import Clock, SystemClock
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
from bot.zalo.state_report import channel_state, state_lines
from bot.zalo.template_box import TemplateBox
from bot.zalo.template_report import faults_of, info_lines
from bot.zalo.templates import load_templates


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
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
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

    def client(self) -> ZaloClient:
        """Whoever calls closes it."""
        zalo = self.settings.zalo
        return ZaloClient(ZaloHosts(zalo.api_url, zalo.template_url, zalo.oauth_url), self.tokens)


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


async def _state(desk: _Desk, options: argparse.Namespace) -> int:
    """Tokens, inbox, outbox, templates and their cost; exit code 1 where a person has to act."""
    sealer, database = Sealer(desk.key, "zalo-message"), lambda: desk.database
    tokens = await desk.tokens.state()
    found = await channel_state(
        tokens,
        await Inbox(database, sealer, desk.clock, "command").counts(),
        await Outbox(database, sealer, desk.clock, "command").counts(),
        TemplateBox(database, sealer, desk.clock, {}),
    )
    as_json = getattr(options, "json", False)
    print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join(state_lines(found)))
    return 0 if tokens is not None and tokens.dead_at is None else 1


async def _template(desk: _Desk, options: argparse.Namespace) -> int:
    """What Zalo says of an approved template; exit code 1 where it may not be sent."""
    client = desk.client()
    try:
        found = await client.template_info(options.template_id)
    finally:
        await client.close()
    print("\n".join(info_lines(found)))
    return 0 if found.enabled else 1


async def _templates(desk: _Desk, _options: argparse.Namespace) -> int:
    """Hold the file of templates against what Zalo says of each; exit code 1 where they differ."""
    if desk.settings.zalo.templates_file is None:
        print("MOTCUA_ZALO_TEMPLATES is not set: nothing is told by templates")
        return 0
    templates = load_templates(desk.settings.zalo.templates_file)
    client = desk.client()
    try:
        found = await faults_of(client, templates)
    finally:
        await client.close()
    for kind, faults in found.items():
        print(f"{kind}: " + ("; ".join(faults) or "agrees with Zalo"))
    return 1 if any(found.values()) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.zalo", description=__doc__)
    commands = parser.add_subparsers(required=True)
    consent = commands.add_parser("consent", help="the link for the account's administrator, and the way back")
    consent.add_argument("address", nargs="?", default="", help="the address that the administrator was sent back to")
    consent.set_defaults(work=_consent)
    tokens = commands.add_parser("tokens", help="store tokens by hand (they are asked for, not shown)")
    tokens.set_defaults(work=_tokens)
    state = commands.add_parser(
        "state", help="tokens, inbox, outbox, templates and their cost; exit code 1 where a person has to act"
    )
    state.set_defaults(work=_state)
    state.add_argument("--json", action="store_true", help="the same facts as JSON")
    templates = commands.add_parser("templates", help="whether the file of templates agrees with Zalo")
    templates.set_defaults(work=_templates)
    template = commands.add_parser("template", help="an approved template: whether it may be sent, its prices")
    template.add_argument("template_id", help="its number in Zalo's console")
    template.set_defaults(work=_template)
    return parser


if __name__ == "__main__":
    sys.exit(main())
