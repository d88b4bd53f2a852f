"""`python -m bot.privacy …`: requests about data, holds, what is kept for how long, backup and restore.

Exit codes: 0 done, 1 not possible (said why), 2 wrong use or setting, 3 the operations store cannot be reached.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import PrivacyStepError, SettingInvalidError, StoreDownError
from bot.ops.logging import configure_logging
from bot.privacy import commands
from bot.privacy.build import build_privacy
from bot.privacy.consents import consents
from bot.privacy.inventory import to_page
from bot.privacy.models import RequestOutcome
from bot.services import build_case_services
from bot.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    if options.command == "inventory":
        sys.stdout.write(to_page())
        return 0
    if options.command == "consents":
        for one in consents():
            print(f"{one.version}  {one.stored}  {one.digest[:12]}\n  {one.text}")
        return 0
    try:
        settings = Settings.from_env()
        configure_logging(settings.log_level)
        services = build_case_services(settings)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    desk = commands.Desk(settings, services, build_privacy(services), print)
    try:
        return asyncio.run(_work(desk, options))
    except PrivacyStepError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 1
    except StoreDownError as error:
        print(f"{error.code}: {error.context.get('reason', '')}", file=sys.stderr)
        return 3
    except SQLAlchemyError as error:
        print(f"{StoreDownError.code}: {type(error).__name__}", file=sys.stderr)
        return 3
    except OSError as error:
        print(error, file=sys.stderr)
        return 2


async def _work(desk: commands.Desk, options: argparse.Namespace) -> int:
    try:
        return int(await options.work(desk, options))
    finally:
        await desk.services.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.privacy", description=__doc__)
    of = parser.add_subparsers(required=True, metavar="command", dest="command")
    of.add_parser("inventory", help="print docs/data-inventory.md")
    of.add_parser("consents", help="the words that citizens agree to, with their versions")
    listing = of.add_parser("requests", help="what citizens have asked, with the law's days")
    listing.add_argument("--all", action="store_true", help="also those that are over")
    listing.set_defaults(work=commands.list_requests)
    seen = of.add_parser("acknowledge", help="you have a request in hand")
    done = of.add_parser("done", help="you are done with a request about a petition")
    done.add_argument("--outcome", choices=["done", "partly", "kept"], default=RequestOutcome.DONE.value)
    for one, work in ((seen, commands.acknowledge), (done, commands.done)):
        one.add_argument("receipt")
        one.add_argument("--by", required=True, help="your name")
        one.set_defaults(work=work)
    of.add_parser("erase-due", help="carry out now what is due").set_defaults(work=commands.erase_due)
    retention = of.add_parser("retention", help="what is older than its class allows")
    how = retention.add_mutually_exclusive_group()
    how.add_argument("--preview", action="store_true", help="count it, change nothing (the default)")
    how.add_argument("--run", action="store_true", help="erase it now")
    how.add_argument("--reports", action="store_true", help="what the last nights have erased")
    retention.set_defaults(work=commands.retention)
    hold = of.add_parser("hold", help="have nothing of a class or a conversation erased")
    hold.add_argument("name", help="a class of docs/data-inventory.md, or a conversation's id")
    release = of.add_parser("release", help="end a hold")
    release.add_argument("number", type=int)
    for one, work in ((hold, commands.hold), (release, commands.release)):
        one.add_argument("--reason", required=True)
        one.add_argument("--by", required=True, help="your name")
        one.set_defaults(work=work)
    of.add_parser("holds", help="the holds that stand").set_defaults(work=commands.holds)
    _add_backups(of)
    return parser


def _add_backups(of: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = of.add_parser("backup", help="write operations store and tracker into a new folder")
    backup.add_argument("folder", type=Path)
    backup.add_argument("--keys", type=Path, help="also write the keys, into this folder: keep it apart")
    backup.set_defaults(work=commands.backup)
    restore = of.add_parser("restore", help="bring a backup back, and erase again who was erased since")
    restore.add_argument("folder", type=Path)
    restore.add_argument("--erased", type=Path, help="list of erased conversations (command `erased`)")
    restore.add_argument("--force", action="store_true", help="overwrite what is there; its list is kept and used")
    restore.set_defaults(work=commands.restore)
    drill = of.add_parser("drill", help="restore a backup beside what runs, look at it, throw it away, remember it")
    drill.add_argument("folder", type=Path)
    drill.add_argument("--by", required=True, help="your name")
    drill.add_argument("--into", help="address of an empty PostgreSQL database, for a backup of one")
    drill.add_argument("--into-tracker", help="another empty one, for the tracker of such a backup")
    drill.set_defaults(work=commands.drill)
    erased = of.add_parser("erased", help="print the list of erased conversations, to keep beside the backups")
    erased.set_defaults(work=commands.erased)


if __name__ == "__main__":
    sys.exit(main())
