"""The linter's report: as JSON, and as a page that an editor works through (one file, no network)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from knowledge.linting.models import Finding, Severity, rank
from knowledge.linting.runner import Report, rule_texts

_TEMPLATE = Path(__file__).with_name("report.html.j2")
_SEVERITIES = {"error": "lỗi", "warning": "cảnh báo", "info": "lưu ý"}


def as_html(report: Report, day: date, of_catalogue: bool = False) -> str:
    """Return the page; every value is escaped, whatever a record's title holds."""
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(report.findings, key=lambda item: (rank(item.severity), item.rule, not item.curated)):
        groups.setdefault(finding.rule, []).append(finding)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda count: f"{count:,}".replace(",", ".")
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        report=report,
        day=f"{day:%d/%m/%Y}",
        groups=list(groups.items()),
        texts=rule_texts(),
        severities=_SEVERITIES,
        counts=Counter(finding.severity.value for finding in report.findings),
        sectors=sorted({finding.sector for finding in report.findings if finding.sector}),
        of_catalogue=of_catalogue,
    )


def as_json(report: Report) -> str:
    """Return the report as JSON: findings with their fingerprint, accepted ones with who, when and why."""
    counts = Counter(finding.severity for finding in report.findings)
    document = {
        "records": report.records,
        "counts": {severity.value: counts[severity] for severity in Severity},
        "findings": [_plain(finding) for finding in report.findings],
        "accepted": [
            _plain(finding) | {"by": entry.by, "on": entry.on.isoformat(), "why": entry.why}
            for finding, entry in report.accepted
        ],
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
        "places": list(finding.places),
        "evidence": finding.evidence,
        "fingerprint": finding.fingerprint,
    }
