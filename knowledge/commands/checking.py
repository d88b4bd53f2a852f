"""Commands that look for what is wrong in records: check, accept."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge import catalogue
from knowledge.commands.base import FAULTY, OK, add_editor, editor, open_store, write_out
from knowledge.curated import read_all
from knowledge.history import VIETNAM
from knowledge.importers.base import MISSHAPEN
from knowledge.importers.portal_json import read_with_warnings
from knowledge.linting.models import Context, Severity, Subject, rank
from knowledge.linting.report import as_html
from knowledge.linting.runner import ACCEPTED_PATH, Report, accept, as_json, lint, read_accepted, rule_texts
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings

_SHOWN = 40


def register(commands: Any) -> None:
    check = commands.add_parser("check", help="check records: the curated files, or all of the catalogue")
    _what(check)
    check.add_argument("--code", action="append", default=[], help="only these procedures")
    check.add_argument("--rule", action="append", default=[], choices=sorted(rule_texts()), help="only these rules")
    check.add_argument("--fail-on", choices=["error", "warning", "info", "never"], help="gravest that may not stand")
    check.add_argument("--json", action="store_true")
    check.add_argument("--html", type=Path, metavar="FILE", help="write a page to work through")
    check.set_defaults(run=_check)

    accepts = commands.add_parser("accept", help="accept findings of `check`, by their fingerprint")
    accepts.add_argument("fingerprints", nargs="+")
    _what(accepts)
    accepts.add_argument("--until", type=date.fromisoformat, help="last day of the acceptance")
    accepts.add_argument("--file", type=Path, default=ACCEPTED_PATH, help="file of accepted findings")
    add_editor(accepts, required=True)
    accepts.set_defaults(run=_accept)


def _what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every record of the catalogue, not only the curated files")
    parser.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    faults = catalogue.check(settings.curated_dir)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(list(settings.curated_dir.glob('*.yml')))} curated records, {len(faults)} faults")
        return FAULTY
    report = _narrowed(_report(options, settings), options)
    if options.html:
        write_out(as_html(report, _today(options)), options.html)
    if options.json:
        print(as_json(report))
    elif not options.html:
        _tell(report)
    # Of our own records nothing may stand; of the portal's, only what would mislead a citizen stops.
    limit = options.fail_on or ("error" if options.all else "warning")
    worst = report.worst()
    return FAULTY if limit != "never" and worst is not None and rank(worst) <= rank(Severity(limit)) else OK


def _report(options: argparse.Namespace, settings: CatalogueSettings) -> Report:
    subjects = list(_of_catalogue(settings) if options.all else _of_files(settings))
    codes = frozenset(subject.record.code for subject in subjects) if options.all else frozenset()
    context = Context(_today(options), settings.stale_after_days, codes)
    return lint(subjects, context, read_accepted())


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
            seen = max(item.first_seen for item in versions if item.origin is Origin.PORTAL)
            yield Subject(ours, curated=True, portal=record, changed_on=seen.astimezone(VIETNAM).date())
        try:
            _, warnings = read_with_warnings(content, record.checked_on)
        except MISSHAPEN:
            warnings = ()  # of another format, or without its document
        yield Subject(record, curated=False, content=content, warnings=warnings)
    for record in curated.values():
        yield Subject(record, curated=True)


def _narrowed(report: Report, options: argparse.Namespace) -> Report:
    kept = tuple(
        finding
        for finding in report.findings
        if (not options.code or finding.code in options.code) and (not options.rule or finding.rule in options.rule)
    )
    return Report(kept, report.accepted, () if options.code or options.rule else report.unused, report.records)


def _tell(report: Report) -> None:
    counts = Counter((finding.severity.value, finding.rule) for finding in report.findings)
    for finding in report.findings[:_SHOWN]:
        kind = "curated" if finding.curated else "portal"
        print(f"{finding.severity.value:<7} {finding.code} ({kind}) {finding.rule} {finding.where}")
        print(f"        {finding.evidence}  [{finding.fingerprint}]")
    if len(report.findings) > _SHOWN:
        print(f"… and {len(report.findings) - _SHOWN} more: --json or --html FILE shows them all")
    for (severity, name), count in sorted(counts.items()):
        print(f"{count:>7}  {severity:<7} {name}")
    for entry in report.unused:
        print(f"accepted, but not found any more: {entry.rule} {entry.code} [{entry.fingerprint}]", file=sys.stderr)
    print(f"{report.records} records, {len(report.findings)} findings, {len(report.accepted)} accepted")


def _accept(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    by = editor(options, settings, required=True)
    wanted = set(options.fingerprints)
    found = [finding for finding in _report(options, settings).findings if finding.fingerprint in wanted]
    missing = wanted - {finding.fingerprint for finding in found}
    if missing:
        raise ValueError(f"no finding stands with {', '.join(sorted(missing))}; of portal records: --all")
    count = accept(found, by, options.why, _today(options), options.until, options.file)
    print(f"{count} findings accepted in {options.file}")
    return OK
