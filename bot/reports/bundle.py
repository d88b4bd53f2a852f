"""The files of a report: what the command line writes and the console gives out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.reports.csv_files import csv_files
from bot.reports.publishing import Published, to_json

SCHEMA_FILE = Path(__file__).with_name("monthly_report.schema.json")


def report_name(month: str, ending: str) -> str:
    """Return the name of a report's file."""
    return f"bao-cao-{month}.{ending}"


def report_files(published: Published) -> dict[str, bytes]:
    """Return file name → content: DOCX, JSON with its schema, one CSV a section."""
    from bot.reports.document import to_docx  # python-docx is needed by nothing else

    return {
        report_name(published.month, "docx"): to_docx(published),
        report_name(published.month, "json"): json_bytes(to_json(published)),
        SCHEMA_FILE.name: SCHEMA_FILE.read_bytes(),
        **csv_files(published),
    }


def json_bytes(data: Any) -> bytes:
    """Return JSON for files: readable, always the same."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, each whole or not at all; what stands there under the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        beside = folder / f".{name}.{os.getpid()}"
        beside.write_bytes(content)
        os.replace(beside, folder / name)
