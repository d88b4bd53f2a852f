"""A process that makes a process for each lodging, which may be killed: `python -m …lodger DATABASE_URL DATA_DIR`.

In: lines "KEY TIMES SECONDS"; the child is killed after so many seconds, unless they are negative.
Out: "receipt KEY CODE" for each receipt that was shown, then "ended KEY".
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from bot.errors import StoreDownError
from bot.ops.clock import SystemClock
from bot.petitions.build import build_petitions
from bot.petitions.models import Contact, ContactKind, PetitionDraft, PetitionKind
from bot.petitions.service import PetitionService
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar


def service_on(folder: str, database: Callable[[], Database]) -> PetitionService:
    settings = Settings.from_env({"MOTCUA_DATA_DIR": folder, "MOTCUA_CATALOGUE_URL": "sqlite:////nowhere/at.all"})
    return build_petitions(settings, database, SystemClock(), b"key").service


def lodge(url: str, folder: str, key: str, times: int) -> None:
    database = Database(make_engine(url))
    service = service_on(folder, lambda: database)
    one = draft(key)

    async def all_at_once() -> None:
        for receipt in await asyncio.gather(*(service.lodge(one) for _ in range(times))):
            say(f"receipt {key} {receipt.code}")

    asyncio.run(all_at_once())


def draft(key: str) -> PetitionDraft:
    return PetitionDraft(
        key=key,
        sender=f"web-{key}",
        channel="web",
        kind=PetitionKind.BEHAVIOUR,
        content=f"Hồ sơ của tôi trễ hẹn đã hai tuần, lần gửi {key}.",
        sender_name="Nguyễn Văn An",
        contact=Contact(ContactKind.PHONE, "0901234567"),
        consent_version="petition-1",
    )


def read_once(folder: str) -> None:
    """Read what a lodging reads of files, so that children, hundreds of them, need not; no database is opened."""
    load_calendar().is_working_day(SystemClock().now().date())

    def no_database() -> Database:
        raise StoreDownError

    with suppress(StoreDownError):
        asyncio.run(service_on(folder, no_database).lodge(draft("read")))


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main() -> None:
    url, folder = sys.argv[1:]
    read_once(folder)
    say("ready")
    for line in iter(sys.stdin.readline, ""):
        key, times, seconds = line.split()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                lodge(url, folder, key, int(times))
                code = 0
            finally:
                os._exit(code)
        if float(seconds) >= 0:
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)  # not waited for yet: the number is still its own
        os.waitpid(child, 0)
        say(f"ended {key}")


if __name__ == "__main__":
    main()
