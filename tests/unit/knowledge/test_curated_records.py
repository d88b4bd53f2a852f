"""The records that ship with the project, each held against the rules of docs/curated-records.md and the directive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from knowledge import blocks
from knowledge.answers import answer
from knowledge.catalogue import check
from knowledge.curated import PROCEDURES_DIR
from knowledge.dossier_cases import ALL_CASES
from knowledge.facts import Fact
from knowledge.formatting import amount_text
from knowledge.models import ComponentRole, DossierComponent, FeeStatus, Method, Procedure
from knowledge.text import fold
from knowledge.wording import load_wording

CODES = sorted(path.stem for path in PROCEDURES_DIR.glob("*.yml"))
DAY = date(2026, 11, 22)

# Linked procedures, announced after the portal's records were fetched: their papers, steps and times are not known.
ANNOUNCED_LATER = {"3.000722", "2.002913"}
# Their published records name no counter: filed online, or the linked records above.
ONLINE_ONLY = {"1.001437", "1.011410", "1.012575", "1.013080"} | ANNOUNCED_LATER

MANDATORY_PARTS = (
    "title",
    "steps",
    "submission_methods",
    "dossier",
    "applicant_types",
    "legal_bases",
    "authority_levels",
)

every_record = pytest.mark.parametrize("code", CODES)


def papers(record: Procedure) -> list[DossierComponent]:
    return [part for case in record.dossier for part in case.components if part.role is not ComponentRole.NOTE]


def answered_papers(record: Procedure, case_id: str = ALL_CASES) -> list[str]:
    said = answer(record, (Fact.DOCUMENTS,), DAY, case_id=case_id)
    lists = [block for block in said.blocks if isinstance(block, blocks.ItemList) and block.ordered]
    return [item.text for block in lists for item in block.items]


@pytest.mark.requirement("R-09")
def test_every_curated_record_validates():
    assert [str(fault) for fault in check()] == []


@pytest.mark.requirement("R-03")
@every_record
def test_the_papers_in_an_answer_are_exactly_those_of_the_record(curated, code):
    record = curated[code]
    assert sorted(answered_papers(record)) == sorted(paper.name for paper in papers(record))


@pytest.mark.requirement("R-03", "R-15")
@every_record
def test_each_case_of_a_record_is_answered_with_its_own_papers(curated, code):
    record = curated[code]
    for case in record.dossier:
        branch = replace(record, dossier=(case,))
        assert set(answered_papers(branch)) == {paper.name for paper in papers(branch)}
        if case.case and papers(branch):
            assert case.case in answer(branch, (Fact.DOCUMENTS,), DAY, case_id=ALL_CASES).text


@pytest.mark.requirement("R-03", "R-15")
@every_record
def test_where_the_case_is_asked_for_every_paper_is_one_choice_away(curated, code):
    record = curated[code]
    asking = answer(record, (Fact.DOCUMENTS,), DAY)
    ours = {paper.name for paper in papers(record)}
    if not asking.cases:
        assert set(answered_papers(record, "")) == ours
        return
    chosen = [set(answered_papers(record, case.id)) for case in asking.cases]
    assert set().union(*chosen) == ours
    for case, found in zip(asking.cases, chosen, strict=True):
        assert {part.name for part in case.components if part.role is not ComponentRole.NOTE} <= found
        assert case.case in asking.text


@pytest.mark.requirement("R-13")
@every_record
def test_papers_that_the_office_looks_up_are_never_among_those_to_bring(curated, code):
    record = curated[code]
    for case in record.dossier:
        said = answer(replace(record, dossier=(case,)), (Fact.DOCUMENTS,), DAY, case_id=ALL_CASES).blocks
        groups: dict[str, set[str]] = {}
        for title, block in pairwise(said):
            if isinstance(block, blocks.ItemList) and isinstance(title, blocks.Text):
                groups[title.text.rstrip(":")] = {item.text for item in block.items}
        ours = papers(replace(record, dossier=(case,)))
        prepare = {paper.name for paper in ours if not paper.reusable_from}
        looked_up = {paper.name for paper in ours if paper.reusable_from}
        assert groups.get("Anh/chị chuẩn bị", set()) == prepare
        assert groups.get("Cơ quan tự tra cứu, chỉ xuất trình khi tra không được", set()) == looked_up


@pytest.mark.requirement("R-14")
@every_record
def test_every_official_form_is_named(curated, code):
    record = curated[code]
    said = answer(record, (Fact.FORMS,), DAY).text
    documents = answer(record, (Fact.DOCUMENTS,), DAY, case_id=ALL_CASES).text
    for paper in papers(record):
        assert paper.form in said
        assert paper.form in documents


@pytest.mark.requirement("R-11")
@every_record
def test_the_household_book_is_never_required(curated, code):
    record = curated[code]
    for part in (part for case in record.dossier for part in case.components):
        words = fold(f"{part.name} {part.condition}")
        if "so ho khau" in words or "so tam tru" in words:
            assert "neu con giu" in words, f"{part.id} asks for a household book"
    said = answer(record, (Fact.DOCUMENTS, Fact.STEPS, Fact.CONDITIONS), DAY, case_id=ALL_CASES).text
    for line in said.splitlines():
        words = fold(line)
        if "so ho khau" in words or "so tam tru" in words:
            assert re.search(r"khong (bat buoc|can|phai|con)|neu con giu", words), line


@pytest.mark.requirement("R-20")
@every_record
def test_no_answer_names_an_amount_that_has_ended(curated, code):
    record = curated[code]
    fees = [fee for method in record.submission_methods for fee in method.fees]
    ended = {fee.amount for fee in fees if fee.amount and fee.valid_to and fee.valid_to < DAY}
    current = {fee.amount for fee in fees if fee.amount and fee.holds_on(DAY)}
    said = "\n".join(answer(record, (fact,), DAY).text for fact in Fact)
    for amount in ended - current:
        assert amount_text(amount) not in said


@pytest.mark.requirement("R-20")
@every_record
def test_an_answer_says_free_only_where_the_record_does(curated, code):
    record = curated[code]
    fees = [fee for method in record.submission_methods for fee in method.fees]
    if not any(fee.status is FeeStatus.FREE for fee in fees):
        own_words = " ".join([*(fee.case + fee.note for fee in fees), *(way.note for way in record.submission_methods)])
        said = answer(record, (Fact.FEE,), DAY).text.lower()
        assert "miễn phí" not in said or "miễn phí" in own_words.lower()


@pytest.mark.requirement("R-20")
@every_record
def test_every_amount_that_holds_is_in_the_answer_on_fees(curated, code):
    record = curated[code]
    said = answer(record, (Fact.FEE,), DAY).text
    for fee in (fee for method in record.submission_methods for fee in method.fees):
        if fee.amount and fee.holds_on(DAY):
            assert f"{amount_text(fee.amount)} đồng" in said


@pytest.mark.requirement("R-18")
@every_record
def test_the_counter_is_never_hidden(curated, code):
    record = curated[code]
    ways = {method.method for method in record.submission_methods}
    if Method.IN_PERSON not in ways:
        assert code in ONLINE_ONLY
        return
    assert "nộp trực tiếp" in answer(record, (Fact.ONLINE,), DAY).text.lower()
    place = answer(record, (Fact.PLACE,), DAY).text
    assert "Nộp trực tiếp" in place or record.intake_address in place


@pytest.mark.requirement("R-18")
@every_record
def test_ways_of_filing_come_online_first(curated, code):
    ways = [method.method for method in curated[code].submission_methods]
    order = [Method.ONLINE, Method.IN_PERSON, Method.POSTAL]
    assert ways == sorted(ways, key=order.index)


@pytest.mark.requirement("R-05", "R-29")
@every_record
def test_every_answer_ends_with_its_source(curated, code):
    record = curated[code]
    for fact in Fact:
        last = answer(record, (fact,), DAY).blocks[-1]
        assert isinstance(last, blocks.SourceNote)
        assert code in last.code
        assert last.checked.startswith("Đối chiếu ngày ")
        assert last.url.startswith("https://")
        assert record.decision.number in last.decision
        if code not in ANNOUNCED_LATER:
            assert record.decision.number


@pytest.mark.requirement("R-05")
@every_record
def test_a_record_that_nobody_has_confirmed_says_so(curated, code):
    record = curated[code]
    assert record.needs_recheck or record.checked_by, "confirmed records name who confirmed them"
    if record.needs_recheck:
        said = answer(record, (Fact.FEE,), record.checked_on or DAY).text
        assert (record.recheck_reason or load_wording()("notices.recheck")) in said


@pytest.mark.requirement("R-02")
@every_record
def test_no_part_that_the_law_asks_for_is_missing(curated, code):
    record = curated[code]
    if code in ANNOUNCED_LATER:  # no published record to restate yet: the answer has to say so
        assert "chưa" in answer(record, (Fact.TIME, Fact.FEE), DAY).text
        return
    for part in MANDATORY_PARTS:
        assert getattr(record, part), part
    assert record.decision.number
    assert record.handling_agency or record.competent_agency or record.intake_address
    assert any(method.times for method in record.submission_methods)


@pytest.mark.requirement("R-01")
@every_record
def test_sentences_are_short_enough_to_be_read_on_a_phone(curated, code):
    record = curated[code]
    for text in (record.summary, record.who, *record.steps, *record.notes):
        for sentence in re.split(r"(?<=[.;:!?])\s+", text):
            assert len(sentence.split()) <= 30, sentence


@pytest.mark.requirement("R-16")
@every_record
def test_no_record_asks_to_hand_over_a_password_or_a_one_time_code(curated, code):
    said = fold("\n".join(answer(curated[code], (fact,), DAY, case_id=ALL_CASES).text for fact in Fact))
    assert not re.search(r"\b(gui|cung cap|doc|cho biet|nhan) (mat khau|(ma )?otp|ma pin|cvv)\b", said)


def names(record: Procedure) -> Iterator[str]:
    return (fold(alias) for alias in record.aliases)


def test_an_everyday_name_leads_to_few_procedures(curated):
    owners: dict[str, set[str]] = {}
    for record in curated.values():
        for name in names(record):
            owners.setdefault(name, set()).add(record.code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 3} == {}


def test_old_codes_belong_to_one_record_and_are_no_code_of_their_own(curated):
    old = [code for record in curated.values() for code in record.old_codes]
    assert len(old) == len(set(old))
    assert not set(old) & set(curated)


@pytest.mark.requirement("R-27")
@pytest.mark.parametrize(
    ("old", "code"),
    [("2.000986", "3.000722"), ("2.001023", "3.000722"), ("2.002621", "3.000722"), ("2.002622", "2.002913")],
)
def test_codes_that_were_replaced_are_kept_with_their_successor(curated, old, code):
    assert old in curated[code].old_codes


@pytest.mark.requirement("R-20")
def test_the_driving_licence_costs_what_it_costs_today(curated):
    said = "\n".join(answer(curated["3.000347"], (fact,), DAY).text for fact in Fact)
    assert "135.000" in said
    assert "115.000" not in said


@pytest.mark.requirement("R-20")
def test_the_halved_fee_for_a_lost_identity_card_shows_its_last_day(curated):
    said = answer(curated["1.014064"], (Fact.FEE,), DAY).text
    assert "35.000" in said
    assert "31/12/2026" in said


@pytest.mark.requirement("R-11")
def test_the_one_lawful_household_book_is_old_evidence(curated):
    said = answer(curated["1.004884"], (Fact.DOCUMENTS,), DAY, case_id=ALL_CASES).text
    assert "nếu còn giữ" in said
