"""A guide that cannot be asked is refused when the file is read, with its line; one that decides nothing is linted."""

from __future__ import annotations

import shutil

import pytest

from knowledge.codec import dumps, from_dict, to_dict
from knowledge.curated import PROCEDURES_DIR, faults_of, read_record
from knowledge.linting.models import Context, Subject
from knowledge.linting.runner import lint
from tests.fixtures.catalogue import TODAY

GOOD = PROCEDURES_DIR / "1.004194.yml"


@pytest.fixture
def path(tmp_path):
    return shutil.copy(GOOD, tmp_path / GOOD.name)


def changed(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: {registrant: [by_list]}", "when: {registrand: [by_list]}", "the guide has no question registrand"),
        (
            "when: {registrant: [by_list]}",
            "when: {registrant: [list]}",
            "no option list; it has household, by_list",
        ),
        ("- id: dwelling\n      ask", "- id: registrant\n      ask", "two questions are called registrant"),
        ("{id: forces,", "{id: by_list,", "two options have the same id"),
        ("      when: {registrant: [household]}", "      when: {dwelling: [own]}", "not asked before this question"),
        ("label: Nhà của tôi", f"label: {'dài ' * 11}", "longer than 40"),
        ("ask: Anh/chị đăng ký tạm trú cho ai?", "ask: Cho ai", "not written as it must be"),
        ("        when: {dwelling: [rented]}", "        decided: true", "must stand beside decided"),
    ],
)
def test_a_fault_in_a_guide_is_named(path, old, new, said):
    faults = faults_of(changed(path, old, new))
    assert any(said in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_a_fault_in_a_guide_has_its_line(path):
    changed(path, "when: {dwelling: [rented]}", "when: {dwelling: [castle]}")
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "castle" in text)
    assert [fault.place for fault in faults_of(path)] == [f"{path}:{line}"]


def test_more_than_five_questions_on_a_path_are_refused(path):
    more = "".join(
        f"    - id: q{n}\n      ask: Câu hỏi số {n} là gì?\n      options: [{{id: a, label: A}}, {{id: b, label: B}}]\n"
        for n in range(4)
    )
    changed(path, "guide:\n  questions:\n", f"guide:\n  questions:\n{more}")
    assert "6 questions on one path; at most 5" in str(faults_of(path)[0])


def test_a_guide_survives_a_trip_through_the_store():
    record = read_record(GOOD)
    assert from_dict(to_dict(record)) == record
    assert record.guide.questions[1].when.needs == (("registrant", ("household",)),)
    assert '"when":{"registrant":["household"]}' in dumps(record)


@pytest.mark.requirement("R-15")
@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("        when: {dwelling: [rented]}\n", "", "guide_question_unused"),
        (
            "        - {id: own,",
            "        - {id: inherited, label: Nhà thừa kế}\n        - {id: own,",
            "guide_options_alike",
        ),
        ("when: {dwelling: [rented]}", "when: {dwelling: [rented], registrant: [forces]}", "guide_paper_unreached"),
        ("    when: {registrant: [forces]}\n", "", "guide_case_undecided"),
        (
            "        when: {dwelling: [rented]}\n",
            "        condition: nếu thuê; hoặc mượn\n        when: {dwelling: [rented]}\n        decided: true\n",
            "guide_condition_lost",
        ),
        (
            "        - {id: forces,",
            "        - {id: other, label: Khác}\n        - {id: forces,",
            "guide_branch_without_paper",
        ),
    ],
)
def test_a_guide_that_does_not_decide_is_found(path, old, new, rule):
    rules = {finding.rule for finding in lint([Subject(read_record(path), curated=True)], Context(TODAY)).findings}
    assert rule not in rules
    record = read_record(changed(path, old, new))
    assert rule in {finding.rule for finding in lint([Subject(record, curated=True)], Context(TODAY)).findings}
