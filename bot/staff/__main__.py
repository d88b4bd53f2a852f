"""`python -m bot.staff …`: the first administrator, and help where nobody can sign in.

Exit codes: 0 done, 1 refused (said why), 2 wrong use or setting. A password is printed once and kept nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence
from datetime import date

from bot.errors import SettingInvalidError, StaffRefusedError
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.staff.audit import AuditFilter
from bot.staff.build import StaffParts, build_staff
from bot.staff.models import COMMAND, Role
from bot.staff.passwords import password_faults
from bot.staff.people import PersonDraft, moment_text
from bot.staff.telling import said_of
from bot.store.operations import OperationsStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        store = OperationsStore(settings.database_url)
        staff = build_staff(settings, store, SystemClock())
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(options.work(staff, options))
    except StaffRefusedError as error:
        print(said_of(error), file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


async def _first(staff: StaffParts, options: argparse.Namespace) -> None:
    draft = PersonDraft(options.name, options.display_name, frozenset({Role.ADMINISTRATOR}), ("city",))
    password = _typed(draft) if options.type_password else None
    _say_password(await staff.people.add_first(draft, COMMAND, password), typed=password is not None)


async def _add(staff: StaffParts, options: argparse.Namespace) -> None:
    roles = frozenset(Role(role) for role in options.role)
    draft = PersonDraft(options.name, options.display_name, roles, tuple(options.unit))
    password = _typed(draft) if options.type_password else None
    _say_password(await staff.people.add(draft, COMMAND, password), typed=password is not None)


async def _disable(staff: StaffParts, options: argparse.Namespace) -> None:
    await staff.people.disable(options.name, COMMAND)
    print("disabled; all sessions ended")


async def _reset(staff: StaffParts, options: argparse.Namespace) -> None:
    _say_password(await staff.people.reset_password(options.name, COMMAND), typed=False)


async def _sessions(staff: StaffParts, options: argparse.Namespace) -> None:
    people = [await staff.people.find(options.name)] if options.name else await staff.people.all()
    for person in people:
        for session in await staff.service.sessions(person):
            print(f"{session.id}  {person.name}  {moment_text(session.seen_at)}  {session.browser}")


async def _revoke(staff: StaffParts, options: argparse.Namespace) -> None:
    ended = await staff.service.revoke_all(await staff.people.find(options.name), COMMAND)
    print(f"{ended} sessions ended")


async def _audit(staff: StaffParts, options: argparse.Namespace) -> None:
    wanted = AuditFilter(by=options.by, about=options.about, since=options.since, until=options.until)
    for row in await staff.audit.read(wanted):
        print("  ".join(part for part in (moment_text(row.at), row.by, row.deed.value, row.about, row.reason) if part))


def _typed(draft: PersonDraft) -> str:
    password = getpass.getpass("password: ")
    fault = password_faults(password, (draft.name, *draft.display_name.split()))
    if fault is not None:
        raise StaffRefusedError(fault=fault.value)
    return password


def _say_password(password: str, typed: bool) -> None:
    print("done; the password is to be changed at the first sign-in")
    if not typed:
        print(f"password, shown only now: {password}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.staff", description="People of the console.")
    commands = parser.add_subparsers(required=True, metavar="command")
    first = commands.add_parser("first-administrator", help="add the first administrator; refused where there is one")
    add = commands.add_parser("add", help="add somebody")
    for command in (first, add):
        command.add_argument("name", help="to sign in with: small letters, digits, . _ -")
        command.add_argument("display_name", help="as histories name them")
        command.add_argument("--type-password", action="store_true", help="ask for it instead of making one")
    first.set_defaults(work=_first)
    add.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
    add.add_argument("--unit", action="append", default=[], help="city, or five digits of a commune; several times")
    add.set_defaults(work=_add)
    for name, work, about in (
        ("disable", _disable, "nobody signs in as them any more"),
        ("reset-password", _reset, "a new password, without second factor, for who cannot sign in"),
        ("revoke", _revoke, "end all sessions of somebody"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("name")
        command.set_defaults(work=work)
    sessions = commands.add_parser("sessions", help="who is signed in")
    sessions.add_argument("name", nargs="?", default="")
    sessions.set_defaults(work=_sessions)
    audit = commands.add_parser("audit", help="who did and saw what, the newest 100 lines")
    audit.add_argument("--by", default="", help="a display name")
    audit.add_argument("--about", default="", help="beginning of a code or a name")
    audit.add_argument("--since", type=date.fromisoformat)
    audit.add_argument("--until", type=date.fromisoformat)
    audit.set_defaults(work=_audit)
    return parser


if __name__ == "__main__":
    sys.exit(main())
