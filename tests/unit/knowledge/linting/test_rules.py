"""The linter's rules: each fires on its defect, and not on what only comes near; each has cases and a text."""

from __future__ import annotations

import inspect
import unicodedata
from datetime import date

import pytest

from knowledge.linting.models import Severity, rank
from knowledge.linting.rules import NEED_THE_CATALOGUE, RULES, across, fees, guides, papers, parts, times, titles, words
from knowledge.linting.runner import rule_texts
from knowledge.models import DossierCase, DossierComponent, LegalBasis, Sibling
from tests.fixtures import linting_facts, linting_guides, linting_records
from tests.fixtures.linting import found, ours, portals, steps, time

ALONE = {"FIRES": linting_facts.FIRES | linting_guides.FIRES, "PASSES": linting_facts.PASSES | linting_guides.PASSES}
FIRES = {rule: [[case] for case in cases] for rule, cases in ALONE["FIRES"].items()} | linting_records.FIRES
PASSES = {rule: [[case] for case in cases] for rule, cases in ALONE["PASSES"].items()} | linting_records.PASSES
AREAS = (across, fees, guides, papers, parts, times, titles, words)


def numbered(table):
    return [pytest.param(rule, case, id=f"{rule}-{n}") for rule, cases in table.items() for n, case in enumerate(cases)]


@pytest.mark.requirement("R-09", "R-11", "R-20")
@pytest.mark.parametrize(("rule", "subjects"), numbered(FIRES))
def test_a_rule_fires_on_its_defect(rule, subjects):
    findings = found(rule, subjects)
    assert findings, "the rule does not see its own defect"
    assert all(finding.evidence.strip() for finding in findings)


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize(("rule", "subjects"), numbered(PASSES))
def test_a_rule_does_not_fire_on_what_only_comes_near(rule, subjects):
    assert [finding.evidence for finding in found(rule, subjects)] == []


def test_every_rule_has_cases_that_fire_cases_that_do_not_and_a_text():
    assert set(RULES) == set(FIRES) == set(PASSES) == set(rule_texts())
    assert all(cases for table in (FIRES, PASSES) for cases in table.values())
    assert set(RULES) >= NEED_THE_CATALOGUE


def test_every_rule_that_is_written_is_run():
    written = {
        name
        for area in AREAS
        for name, function in inspect.getmembers(area, inspect.isfunction)
        if list(inspect.signature(function).parameters) == ["subject", "context"]
    }
    assert written == set(RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_texts_say_what_is_wrong_and_what_to_do(rule):
    text = rule_texts()[rule]
    for words_said in (text.title, text.do):
        assert words_said == unicodedata.normalize("NFC", words_said.strip())
        assert 2 <= len(words_said.split()) <= 30
    assert text.do.endswith(".")
    assert rank(text.curated) <= rank(text.portal), "of our own records nothing is less grave than of the portal's"
    assert isinstance(text.curated, Severity)


def test_the_household_book_is_an_error_wherever_it_stands():
    for subject in linting_facts.FIRES["household_book_required"]:
        assert {finding.severity.value for finding in found("household_book_required", [subject])} == {"error"}


def test_what_several_places_show_alike_is_one_finding():
    subject = portals(executionMethods=[time(7, "OTHER"), time(7, "OTHER", "ONLINE"), time(7, "OTHER", "POSTAL")])
    (finding,) = found("time_without_unit", [subject])
    assert finding.places == ("/executionMethods/0", "/executionMethods/1", "/executionMethods/2")


def test_a_paper_in_several_cases_keeps_its_places():
    part = DossierComponent("book", "Sổ hộ khẩu", 1)
    subject = ours(dossier=(DossierCase("owner", "nhà mình", (part,)), DossierCase("tenant", "nhà thuê", (part,))))
    (finding,) = found("household_book_required", [subject])
    assert finding.places == ("dossier/owner/book", "dossier/tenant/book")


def test_a_law_counts_as_repealed_from_its_day_on():
    subject = ours(legal_bases=(LegalBasis("60/2014/QH13"),))
    assert found("repealed_law", [subject], day=date(2027, 2, 28)) == []
    assert found("repealed_law", [subject], day=date(2027, 3, 1))[0].evidence == "60/2014/QH13: nay là 03/2026/QH16"


def test_references_are_only_judged_where_all_codes_are_known():
    subject = ours(siblings=(Sibling("1.000099", "nuôi gà"),))
    assert found("unknown_reference", [subject], whole=False) == []


def test_evidence_shows_the_words_where_they_stand_and_as_they_are_written():
    text = f"{'Chữ ' * 40}nộp tại Ủy ban nhân dân HUYỆN nơi cư trú{' chữ' * 40}."
    (finding,) = found("abolished_body", [portals(**steps(text))])
    assert "Ủy ban nhân dân HUYỆN nơi cư trú" in finding.evidence
    assert finding.evidence.startswith("…")
    assert finding.evidence.endswith("…")
    assert finding.where == "steps/0"


def test_a_twin_names_its_level():
    twin = portals("1.000002", name="Đăng ký nuôi chim bồ câu (cấp tỉnh)", isWard=False, isProvince=True)
    assert found("level_twin", [portals(), twin])[0].evidence == "1.000002 (tỉnh)"


def test_an_invisible_character_is_named_with_its_place():
    (finding,) = found("invisible_characters", [portals(**steps("Nộp hồ sơ\u200e tại phường."))])
    assert finding.evidence == "U+200E LEFT-TO-RIGHT MARK: “Nộp hồ sơ▯ tại phường.”"
    assert finding.where == "/executionSteps/0/description"
