"""Running the rules over records, and the decisions of people about what they find."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML

from knowledge.curated import read_yaml
from knowledge.linting.models import AcceptedInvalidError, Context, Finding, Hit, RuleText, Severity, Subject, rank
from knowledge.linting.rules import RULES, of_reading
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold

ACCEPTED_PATH = CONTENT_DIR / "linting" / "accepted.yml"
_TEXT = {"type": "string", "minLength": 1}
_DAY = {"type": "string", "pattern": "^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$"}
_ENTRY = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["rule", "code", "fingerprint", "by", "on", "why"],
        "properties": dict.fromkeys(("rule", "code", "fingerprint", "by", "why"), _TEXT)
        | dict.fromkeys(("on", "until"), _DAY),
    },
}


@dataclass(frozen=True)
class Accepted:
    """A finding that somebody looked at and accepts, until it changes or until a day."""

    rule: str
    code: str
    fingerprint: str
    by: str
    on: date
    why: str
    until: date | None = None


@dataclass(frozen=True)
class Report:
    """What stands, what was accepted, and acceptances that no finding needs any more."""

    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]
    unused: tuple[Accepted, ...]
    records: int

    def worst(self) -> Severity | None:
        """Return the gravest severity among what stands."""
        return min((finding.severity for finding in self.findings), key=rank, default=None)


@lru_cache(maxsize=1)
def rule_texts() -> dict[str, RuleText]:
    """Return every rule's texts and gravity."""
    data = read_yaml(CONTENT_DIR / "linting" / "rules.yml")
    return {
        name: RuleText(entry["title"], entry["do"], Severity(entry["curated"]), Severity(entry["portal"]))
        for name, entry in data.items()
    }


def lint(subjects: Sequence[Subject], context: Context, accepted: Iterable[Accepted] = ()) -> Report:
    """Run every rule over every record; findings come by gravity, rule and code."""
    _cross(subjects, context)
    texts = rule_texts()
    found: dict[str, Finding] = {}
    for subject in subjects:
        hits = [(name, hit) for name, run in RULES.items() for hit in run(subject, context)]
        for name, hit in [*hits, *of_reading(subject)]:
            finding = _finding(name, hit, subject, texts[name])
            found.setdefault(finding.fingerprint, finding)
    ordered = sorted(found.values(), key=lambda item: (rank(item.severity), item.rule, item.code, item.where))
    return _settled(ordered, list(accepted), context.day, len(subjects))


def _settled(found: list[Finding], accepted: list[Accepted], day: date, records: int) -> Report:
    valid = {entry.fingerprint: entry for entry in accepted if entry.until is None or day <= entry.until}
    standing = tuple(finding for finding in found if finding.fingerprint not in valid)
    settled = tuple((finding, valid[finding.fingerprint]) for finding in found if finding.fingerprint in valid)
    used = {finding.fingerprint for finding, _ in settled}
    return Report(standing, settled, tuple(entry for entry in accepted if entry.fingerprint not in used), records)


def _cross(subjects: Sequence[Subject], context: Context) -> None:
    """Gather what only all records together show."""
    titles: dict[tuple[str, str], set[str]] = {}
    aliases: dict[str, set[str]] = {}
    for subject in subjects:
        record = subject.record
        if record.title and record.applies_to_city:
            titles.setdefault((fold(record.title), fold(record.sector)), set()).add(record.code)
        for alias in record.aliases:
            aliases.setdefault(fold(alias), set()).add(record.code)
    context.by_title = {key: sorted(codes) for key, codes in titles.items() if len(codes) > 1}
    context.by_alias = {key: sorted(codes) for key, codes in aliases.items() if len(codes) > 1}


def _finding(name: str, hit: Hit, subject: Subject, text: RuleText) -> Finding:
    record = subject.record
    severity = text.curated if subject.curated else text.portal
    return Finding(
        name,
        severity,
        record.code,
        record.title,
        record.sector,
        subject.curated,
        hit.where,
        hit.evidence,
        record.source.url,
    )


def read_accepted(path: Path = ACCEPTED_PATH) -> list[Accepted]:
    """Return the accepted findings; raise `AcceptedInvalidError` naming what is wrong."""
    if not path.is_file():
        return []
    data = read_yaml(path) or []
    for fault in jsonschema.Draft7Validator(_ENTRY).iter_errors(data):
        raise AcceptedInvalidError(f"{path}: entry {list(fault.path)}: {fault.message[:200]}")
    return [_accepted(entry) for entry in data]


def _accepted(entry: dict[str, Any]) -> Accepted:
    until = date.fromisoformat(entry["until"]) if "until" in entry else None
    return Accepted(**(entry | {"on": date.fromisoformat(entry["on"]), "until": until}))


def accept(findings: Iterable[Finding], by: str, why: str, on: date, until: date | None, path: Path) -> int:
    """Add findings to the accepted ones, each signed; return how many were new."""
    yaml: Any = YAML()
    yaml.width = 4096
    data = yaml.load(path.read_text("utf-8")) if path.is_file() else []
    known = {entry["fingerprint"] for entry in data}
    new = [finding for finding in findings if finding.fingerprint not in known]
    for finding in new:
        entry: dict[str, Any] = {"rule": finding.rule, "code": finding.code, "fingerprint": finding.fingerprint}
        entry |= {"by": by, "on": on, "why": why} | ({"until": until} if until else {})
        data.append(entry)
    if hasattr(data, "fa"):
        data.fa.set_block_style()
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        yaml.dump(data, stream)
    part.replace(path)
    return len(new)


def as_json(report: Report) -> str:
    """Return the report as JSON: findings with their fingerprint, accepted ones with who and why."""
    document = {
        "records": report.records,
        "findings": [_plain(finding) for finding in report.findings],
        "accepted": [_plain(item) | {"by": entry.by, "why": entry.why} for item, entry in report.accepted],
        "unused_acceptances": [entry.fingerprint for entry in report.unused],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "code": finding.code,
        "title": finding.title,
        "curated": finding.curated,
        "where": finding.where,
        "evidence": finding.evidence,
        "fingerprint": finding.fingerprint,
    }
