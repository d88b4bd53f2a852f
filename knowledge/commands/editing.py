"""Commands with which an editor changes curated files: edit, alias, checked, supersede, adopt, revert."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge import catalogue
from knowledge.commands.base import OK, add_editor, counts_text, editor, open_store
from knowledge.commands.looking import version_of
from knowledge.editing import CuratedFiles, Signature
from knowledge.errors import EditRefusedError, RecordInvalidError
from knowledge.history import VIETNAM
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore, Load, WriteReport
from knowledge.text import clean_line

Work = Callable[[CuratedFiles, CatalogueStore, Signature], list[Path]]


def register(commands: Any) -> None:
    edit = commands.add_parser("edit", help="change one fact of a curated record")
    edit.add_argument("code")
    edit.add_argument("field", help="such as summary, or submission_methods.online.fees.0.amount")
    edit.add_argument("value", nargs="?", help="the new value, as YAML")
    which = edit.add_mutually_exclusive_group()
    which.add_argument("--add", action="store_true", help="add the value to a list")
    which.add_argument("--remove", action="store_true", help="take the value out of a list, or the whole field out")
    _sign(edit, _edit)

    alias = commands.add_parser("alias", help="add an everyday name that people use for a procedure")
    alias.add_argument("code")
    alias.add_argument("names", nargs="+", metavar="name")
    alias.add_argument("--remove", action="store_true", help="take the names out instead")
    _sign(alias, _alias)

    checked = commands.add_parser("checked", help="note that records were held against their source today")
    checked.add_argument("codes", nargs="+", metavar="code")
    checked.add_argument("--still-waits", action="store_true", help="the record still needs an editor's recheck")
    checked.add_argument("--on", type=date.fromisoformat, help="day of the check, if not today (YYYY-MM-DD)")
    _sign(checked, _checked)

    supersede = commands.add_parser("supersede", help="let an old code lead to the procedure that replaced it")
    supersede.add_argument("old")
    supersede.add_argument("new")
    _sign(supersede, _supersede)

    adopt = commands.add_parser("adopt", help="write the portal's record as a curated file, to be restated")
    adopt.add_argument("code")
    _sign(adopt, _adopt)

    revert = commands.add_parser("revert", help="write a curated file as it was in an earlier version")
    revert.add_argument("code")
    revert.add_argument("version", metavar="curated:NUMBER")
    _sign(revert, _revert)


def _sign(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], Work]) -> None:
    """Let a command say who and why, do its work on the files, and bring the catalogue after them."""
    add_editor(parser, required=True)

    def run(options: argparse.Namespace, settings: CatalogueSettings) -> int:
        day = getattr(options, "on", None) or datetime.now(VIETNAM).date()
        sign = Signature(clean_line(editor(options, settings, required=True)), clean_line(options.why), day)
        paths = command(options)(CuratedFiles(settings.curated_dir), open_store(settings), sign)
        for path in paths:
            print(f"written: {path}")
        report = _take_in(settings, Load("edit", options.run_name, sign.by, sign.why))
        print(f"catalogue: {counts_text(report.counts() if report else {})}")
        return OK

    parser.set_defaults(run=run, run_name=parser.prog.rsplit(" ", 1)[-1])


def _take_in(settings: CatalogueSettings, load: Load) -> WriteReport | None:
    try:
        return catalogue.build(settings, load=load)
    except RecordInvalidError as fault:
        later = "the change is written; the catalogue takes it in, with `build`, once this is mended"
        raise RecordInvalidError(fault.place, f"{fault.reason} ({later})") from fault


def _must_be_current(store: CatalogueStore, files: CuratedFiles, *codes: str) -> None:
    """Refuse an old code that has no file of its own: what is written under it nobody would find."""
    for code in codes:
        record = store.get(code)
        if record.code != code and not files.path(code).is_file():
            raise EditRefusedError(f"{code} is an old code; the procedure is {record.code} now")


def _edit(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        _must_be_current(store, files, options.code)
        if options.remove:
            return [files.remove_value(options.code, options.field, sign, options.value)]
        if options.value is None:
            raise EditRefusedError("say the new value, or --remove")
        change = files.add_value if options.add else files.set_value
        return [change(options.code, options.field, options.value, sign)]

    return work


def _alias(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        _must_be_current(store, files, options.code)
        paths = []
        for name in options.names:
            quoted = json.dumps(name, ensure_ascii=False)
            if options.remove:
                paths.append(files.remove_value(options.code, "aliases", sign, quoted))
            else:
                paths.append(files.add_value(options.code, "aliases", quoted, sign))
        return paths[:1]

    return work


def _checked(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        _must_be_current(store, files, *options.codes)
        return [files.mark_checked(code, sign, options.still_waits) for code in options.codes]

    return work


def _supersede(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        new = store.get(options.new)
        if new.code != options.new:
            raise EditRefusedError(f"{options.new} is an old code itself; the procedure is {new.code} now")
        if options.old == options.new:
            raise EditRefusedError("a procedure cannot replace itself")
        paths = [files.add_value(options.new, "old_codes", f'"{options.old}"', sign)]
        if files.path(options.old).is_file():
            paths.append(files.set_value(options.old, "status", "superseded", sign))
        return paths

    return work


def _adopt(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        _must_be_current(store, files, options.code)
        return [files.adopt(store.get(options.code), sign)]

    return work


def _revert(options: argparse.Namespace) -> Work:
    def work(files: CuratedFiles, store: CatalogueStore, sign: Signature) -> list[Path]:
        origin, number = version_of(options.version)
        if origin is not Origin.CURATED:
            raise EditRefusedError("only curated files are reverted; a load of the portal's records: `undo`")
        text = store.history.raw(options.code, origin, number)
        if not text:
            raise EditRefusedError(f"the file of {options.code} in {options.version} is not kept")
        return [files.revert(options.code, text, options.version, sign)]

    return work
