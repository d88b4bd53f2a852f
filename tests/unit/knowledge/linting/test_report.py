"""The report as page and as JSON: every finding once, with what filters need, and nothing of a record as markup."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from knowledge.linting.acceptance import Accepted
from knowledge.linting.models import Context
from knowledge.linting.report import as_html, as_json
from knowledge.linting.runner import lint, rule_texts
from knowledge.models import Source
from tests.fixtures.linting import DAY, fee, our_paper, ours, portals, rows

HOSTILE = 'Nuôi </script><script>alert(1)</script> "chim" <img src=x onerror=alert(2)> & {{ 7*7 }}'


class Elements(HTMLParser):
    """Every element with its attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str, attribute: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag and attribute in attributes]


@pytest.fixture
def subjects():
    return [
        portals(name=HOSTILE, **fee(0, "7.000 đồng <b>một lần</b>")),
        portals("1.000002", name="Nuôi gà", categoriesDetails=[{"name": 'Chăn "nuôi" & thú y'}], **rows("Sổ hộ khẩu")),
        ours("1.000003", title="Nuôi vịt", source=Source("javascript:alert(3)"), **our_paper("Sổ hộ khẩu")),
    ]


@pytest.fixture
def report(subjects):
    return lint(subjects, Context(DAY))


@pytest.fixture
def page(report):
    return Elements(as_html(report, DAY, of_catalogue=True))


def test_every_finding_is_there_once_with_what_the_filters_need(page, report):
    items = page.of("li", "data-id")
    expected = {
        (f.fingerprint, f.severity.value, "curated" if f.curated else "portal", f.sector) for f in report.findings
    }
    shown = {(item["data-id"], item["data-severity"], item["data-kind"], item["data-sector"]) for item in items}
    assert shown == expected
    assert len(items) == len(report.findings)
    sectors = {finding.sector for finding in report.findings}
    assert 'Chăn "nuôi" & thú y' in sectors


def test_counts_are_those_of_the_report(page, report):
    rules = {finding.rule for finding in report.findings}
    assert {group["data-rule"] for group in page.of("details", "data-rule")} == rules
    for rule in rules:
        count = sum(finding.rule == rule for finding in report.findings)
        assert f"{rule_texts()[rule].title} ({count})" in page.text
    assert re.search(rf"\b{len(report.findings)}\b\s*điểm cần xem", page.text)


def test_nothing_of_a_record_becomes_markup(page):
    assert len([tag for tag, _ in page.found if tag == "script"]) == 1
    assert "img" not in {tag for tag, _ in page.found}
    assert HOSTILE in page.text
    assert "7.000 đồng <b>một lần</b>" in page.text
    assert all(not name.startswith("on") for _, attributes in page.found for name in attributes)


def test_only_web_addresses_become_links(page):
    links = [attributes["href"] for attributes in page.of("a", "href")]
    assert links
    assert all(link.startswith("https://") for link in links)


def test_the_page_asks_for_nothing_from_elsewhere(page):
    assert page.of("link", "href") + page.of("script", "src") == []
    policy = next(attributes["content"] for _, attributes in page.found if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'")


def test_every_field_of_the_form_has_a_name(page):
    labels = [tag for tag, _ in page.found if tag == "label"]
    fields = [tag for tag, attributes in page.found if tag in ("select", "input") and "id" in attributes]
    assert len(fields) == 6
    assert len(labels) == len(fields) + len(page.of("li", "data-id"))


def test_errors_are_open_and_the_rest_is_folded(page):
    groups = {group["data-rule"]: "open" in group for group in page.of("details", "data-rule")}
    assert groups["household_book_required"]
    assert not groups["fee_zero_with_amount"]


def test_accepted_findings_are_told_apart(subjects, report):
    first = report.findings[0]
    entry = Accepted(
        first.rule, "portal", first.code, first.fingerprint, "Lan & Huy", DAY, "vì <chưa> rõ", date(2027, 1, 1)
    )
    after = lint(subjects, Context(DAY), [entry])
    page = Elements(as_html(after, DAY))
    assert "Lan & Huy, 25/11/2026, đến hết 01/01/2027: vì <chưa> rõ" in page.text
    assert first.fingerprint not in {item["data-id"] for item in page.of("li", "data-id")}
    told = json.loads(as_json(after))
    assert (told["accepted"][0]["by"], told["accepted"][0]["on"]) == ("Lan & Huy", "2026-11-25")


def test_a_clean_report_says_so():
    page = Elements(as_html(lint([], Context(DAY)), DAY))
    assert "Không còn điểm nào cần xem." in page.text
    assert page.of("form", "aria-label") == []


def test_json_holds_every_finding_and_the_counts(report):
    told = json.loads(as_json(report))
    assert [item["fingerprint"] for item in told["findings"]] == [finding.fingerprint for finding in report.findings]
    assert sum(told["counts"].values()) == len(report.findings)
    assert set(told["counts"]) == {"error", "warning", "info"}
    book = next(item for item in told["findings"] if item["rule"] == "household_book_required" and not item["curated"])
    assert (book["code"], book["places"]) == ("1.000002", ["dossier/case1/row1"])
