"""Commands that look for what is wrong in records: check, accept. Guide: docs/linting.md."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge import catalogue
from knowledge.commands.base import FAULTY, OK, add_editor, editor, open_store, write_out
from knowledge.curated import read_all
from knowledge.errors import ProcedureUnknownError
from knowledge.history import VIETNAM
from knowledge.linting.acceptance import ACCEPTED_PATH, Accepted, accept, read_accepted
from knowledge.linting.models import Context, Severity, Subject, rank
from knowledge.linting.report import as_html, as_json
from knowledge.linting.rules import NEED_THE_CATALOGUE
from knowledge.linting.runner import Report, lint, rule_texts
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings

_SHOWN = 40


def register(commands: Any) -> None:
    check = commands.add_parser("check", help="check records: the curated files, or all of the catalogue")
    _what(check)
    check.add_argument("--code", action="append", default=[], help="only these procedures")
    check.add_argument(
        "--rule", metavar="RULE", action="append", default=[], choices=sorted(rule_texts()), help="only these rules"
    )
    check.add_argument(
        "--fail-on", choices=["error", "warning", "info", "never"], help="least grave that may not stand"
    )
    check.add_argument("--json", action="store_true")
    check.add_argument("--html", type=Path, metavar="FILE", help="write a page to work through")
    check.set_defaults(run=_check)

    accepts = commands.add_parser("accept", help="accept findings of `check`, by their fingerprint")
    accepts.add_argument("fingerprints", nargs="+")
    _what(accepts)
    accepts.add_argument("--until", type=date.fromisoformat, help="last day of the acceptance")
    add_editor(accepts, required=True)
    accepts.set_defaults(run=_accept)


def _what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every record of the catalogue, not only the curated files")
    parser.add_argument("--accepted", type=Path, default=ACCEPTED_PATH, help="file of accepted findings")
    parser.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    faults = catalogue.check(settings.curated_dir)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(list(settings.curated_dir.glob('*.yml')))} curated records, {len(faults)} faults")
        return FAULTY
    subjects = _subjects(options, settings)
    _refuse_unknown(options.code, subjects)
    report = _narrowed(_report(subjects, options, settings), options)
    if options.html:
        write_out(as_html(report, _today(options), options.all), options.html)
    if options.json:
        print(as_json(report))
    elif not options.html:
        _tell(report, _today(options))
    # Of our own records nothing may stand; of the portal's, only what would mislead a citizen stops.
    limit = options.fail_on or ("error" if options.all else "warning")
    worst = report.worst()
    return FAULTY if limit != "never" and worst is not None and rank(worst) <= rank(Severity(limit)) else OK


def _subjects(options: argparse.Namespace, settings: CatalogueSettings) -> list[Subject]:
    return list(_of_catalogue(settings) if options.all else _of_files(settings))


def _report(subjects: Sequence[Subject], options: argparse.Namespace, settings: CatalogueSettings) -> Report:
    codes = frozenset(subject.record.code for subject in subjects) if options.all else frozenset()
    return lint(subjects, Context(_today(options), settings.stale_after_days, codes), read_accepted(options.accepted))


def _today(options: argparse.Namespace) -> date:
    return options.today or datetime.now(VIETNAM).date()


def _of_files(settings: CatalogueSettings) -> Iterator[Subject]:
    return (Subject(record, curated=True) for record in read_all(settings.curated_dir))


def _of_catalogue(settings: CatalogueSettings) -> Iterator[Subject]:
    store = open_store(settings)
    curated = {record.code: record for record, _ in store.records(Origin.CURATED)}
    for record, content in store.records(Origin.PORTAL, with_raw=True):
        ours = curated.pop(record.code, None)
        if ours is not None:
            versions = store.history.versions(record.code)
            first_seen = max(item.first_seen for item in versions if item.origin is Origin.PORTAL)
            day = first_seen.astimezone(VIETNAM).date()
            yield Subject(ours, curated=True, portal=record, changed_on=day)
        yield Subject(record, curated=False, content=content)
    for record in curated.values():
        yield Subject(record, curated=True)


def _refuse_unknown(codes: Sequence[str], subjects: Sequence[Subject]) -> None:
    unknown = set(codes) - {subject.record.code for subject in subjects}
    if unknown:
        raise ProcedureUnknownError(", ".join(sorted(unknown)))


def _narrowed(report: Report, options: argparse.Namespace) -> Report:
    """Keep what was asked for. Acceptances that could not be needed by what was looked at are not told as unused."""

    def asked(code: str, rule: str) -> bool:
        return (not options.code or code in options.code) and (not options.rule or rule in options.rule)

    def looked_at(entry: Accepted) -> bool:
        return options.all or (entry.of == "curated" and entry.rule not in NEED_THE_CATALOGUE)

    return replace(
        report,
        findings=tuple(finding for finding in report.findings if asked(finding.code, finding.rule)),
        accepted=tuple((item, entry) for item, entry in report.accepted if asked(item.code, item.rule)),
        unused=tuple(entry for entry in report.unused if asked(entry.code, entry.rule) and looked_at(entry)),
    )


def _tell(report: Report, day: date) -> None:
    counts = Counter((finding.severity.value, finding.rule) for finding in report.findings)
    for finding in report.findings[:_SHOWN]:
        kind = "curated" if finding.curated else "portal"
        more = f" (+{len(finding.places) - 1})" if len(finding.places) > 1 else ""
        print(f"{finding.severity.value:<7} {finding.code} ({kind}) {finding.rule} {finding.where}{more}")
        print(f"        {finding.evidence}  [{finding.fingerprint}]")
    if len(report.findings) > _SHOWN:
        print(f"… and {len(report.findings) - _SHOWN} more: --json or --html FILE shows them all")
    for (severity, name), count in sorted(counts.items(), key=lambda item: (rank(Severity(item[0][0])), item[0][1])):
        print(f"{count:>7}  {severity:<7} {name}")
    for entry in report.unused:
        reason = "not found any more" if entry.holds_on(day) else f"only until {entry.until}"
        print(f"accepted, but {reason}: {entry.rule} {entry.code} [{entry.fingerprint}]", file=sys.stderr)
    print(f"{report.records} records, {len(report.findings)} findings, {len(report.accepted)} accepted")


def _accept(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    by = editor(options, settings, required=True)
    wanted = set(options.fingerprints)
    report = _report(_subjects(options, settings), options, settings)
    already = [entry for _, entry in report.accepted if entry.fingerprint in wanted]
    for entry in already:
        print(f"{entry.fingerprint} was accepted on {entry.on} by {entry.by}: {entry.why}", file=sys.stderr)
    found = [finding for finding in report.findings if finding.fingerprint in wanted]
    missing = wanted - {item.fingerprint for item in found} - {entry.fingerprint for entry in already}
    if missing:
        hint = "" if options.all else "; findings in the portal's records need --all"
        raise ValueError(f"no finding stands with {', '.join(sorted(missing))}{hint}: nothing is accepted")
    count = accept(found, by, options.why, _today(options), options.until, options.accepted)
    print(f"{count} findings accepted in {options.accepted}")
    return OK
