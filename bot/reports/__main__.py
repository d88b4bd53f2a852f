"""`python -m bot.reports …`: the monthly report, closing a month, open data, the page of definitions.

Exit codes: 0 done, 1 refused (said why, in Vietnamese, for officers), 2 wrong use or setting, 3 the operations store
cannot be reached.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ReportRefusedError, SettingInvalidError, StoreDownError
from bot.ops.clock import SystemClock
from bot.reports.building import ReportParts, build_reports
from bot.reports.bundle import report_files, write_files
from bot.reports.metrics import as_page
from bot.reports.months import closes_on
from bot.reports.open_data import open_data_files
from bot.reports.periods import month_span
from bot.reports.publishing import publish_month
from bot.reports.words import report_wording
from bot.settings import Settings
from bot.store.operations import OperationsStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    if options.work is None:
        sys.stdout.write(as_page())
        return 0
    try:
        settings = Settings.from_env()
        store = OperationsStore(settings.database_url)
        parts = build_reports(settings, store, SystemClock())
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(options.work(parts, options))
    except ReportRefusedError as error:
        facts = {name: value for name, value in error.context.items() if name != "reason"}
        print(report_wording()(f"refused.{error.context['reason']}", **facts), file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"{StoreDownError.code}: {type(error).__name__}", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"cannot write to {options.out}: {error.strerror}", file=sys.stderr)
        return 2
    finally:
        parts.counting.catalogue.close()
        store.close()
    return 0


async def _month(parts: ReportParts, options: argparse.Namespace) -> None:
    month = await parts.months.get(options.month)
    files = report_files(publish_month(month, parts.rounding))
    write_files(options.out, files)
    state = "closed" if month.closed else f"provisional until {closes_on(month.span)}"
    print(f"{options.month}: {state}; {len(files)} files in {options.out}")


async def _close(parts: ReportParts, options: argparse.Namespace) -> None:
    month = await parts.months.close(options.month)
    print(f"{month.month}: closed on {month.as_of}")


async def _months(parts: ReportParts, _options: argparse.Namespace) -> None:
    for month in await parts.months.closed_months():
        print(f"{month}  closes on {closes_on(month_span(month))}, closed")


async def _open_data(parts: ReportParts, options: argparse.Namespace) -> None:
    closed = await parts.months.closed_months()
    months = [publish_month(await parts.months.get(month), parts.rounding) for month in closed]
    write_files(options.out, open_data_files(months, parts.licence))
    print(f"{len(months)} closed months in {options.out}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.reports", description="Figures for the city and for everybody."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    month = commands.add_parser("month", help="write a month's report: DOCX, JSON, CSV")
    month.add_argument("month", help="YYYY-MM")
    month.add_argument("--out", type=Path, required=True, help="folder to write to")
    month.set_defaults(work=_month)
    close = commands.add_parser("close", help="close a month: its figures change no more")
    close.add_argument("month", help="YYYY-MM")
    close.set_defaults(work=_close)
    commands.add_parser("months", help="the closed months").set_defaults(work=_months)
    opened = commands.add_parser("open-data", help="write the closed months for everybody: CSV, JSON, dictionary")
    opened.add_argument("--out", type=Path, required=True, help="folder to write to")
    opened.set_defaults(work=_open_data)
    commands.add_parser("metrics", help="print docs/metrics.md").set_defaults(work=None)
    return parser


if __name__ == "__main__":
    sys.exit(main())
