"""The linter's report as a page that an editor works through: one file, no network, filters, and a mark "đã xem"."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

import jinja2

from knowledge.linting.models import rank
from knowledge.linting.runner import Report, rule_texts

_TEMPLATE = Path(__file__).with_name("report.html.j2")
_SEVERITIES = {"error": "lỗi", "warning": "cảnh báo", "info": "lưu ý"}


def as_html(report: Report, day: date) -> str:
    """Return the page; every value is escaped, whatever a record's title holds."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    ordered = sorted(report.findings, key=lambda item: (rank(item.severity), item.rule))
    groups = [(name, list(items)) for name, items in groupby(ordered, key=lambda item: item.rule)]
    joined: dict[str, list[object]] = {}
    for name, items in groups:
        joined.setdefault(name, []).extend(items)
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        report=report,
        day=f"{day:%d/%m/%Y}",
        groups=list(joined.items()),
        texts=rule_texts(),
        severities=_SEVERITIES,
        sectors=sorted({finding.sector for finding in report.findings if finding.sector}),
    )
