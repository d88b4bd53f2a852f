"""The checklist of every curated record, in every branch, is exactly that branch of the record; questions decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge import blocks as b
from knowledge.checklist import NO_CASE, WHICH_CASE, branches, checklist, guided, next_question, savings
from knowledge.checklist_text import checklist_blocks
from knowledge.curated import PROCEDURES_DIR
from knowledge.guide import MOST_QUESTIONS, Guide, GuideOption, GuideQuestion, When
from knowledge.models import (
    ComponentRole,
    DossierCase,
    DossierComponent,
    Fee,
    FeeStatus,
    Method,
    Procedure,
    ProcessingTime,
    SubmissionMethod,
    TimeUnit,
    VneidEquivalent,
)

TODAY = date(2026, 11, 22)
CODES = sorted(path.stem for path in PROCEDURES_DIR.glob("*.yml"))
every_record = pytest.mark.parametrize("code", CODES)


def holding(record, answers):
    """The components whose own condition and whose case's condition the answers fulfil, by hand."""

    def fits(when):
        return all(answers.get(name) in options for name, options in when.needs)

    return [part for case in record.dossier if fits(case.when) for part in case.components if fits(part.when)]


def told(record, answers, today=TODAY):
    return b.to_text(checklist_blocks(checklist(record, answers, today), today, stale_after_days=30))


@pytest.mark.requirement("R-03", "R-15")
@every_record
def test_the_list_of_every_branch_is_exactly_that_branch_of_the_record(curated, code):
    record = guided(curated[code])
    for answers in branches(record):
        made = checklist(record, answers, TODAY)
        assert sorted(made.component_ids) == sorted(part.id for part in holding(record, answers))
        assert next_question(record, answers) is None


@pytest.mark.requirement("R-15")
@every_record
def test_every_paper_and_every_option_is_reached_by_some_branch(curated, code):
    record = guided(curated[code])
    every = list(branches(record))
    listed = {name for answers in every for name in checklist(record, answers, TODAY).component_ids}
    assert listed == {part.id for case in record.dossier for part in case.components}
    chosen = {pair for answers in every for pair in answers.items()}
    assert chosen == {(question.id, option.id) for question in record.guide.questions for option in question.options}


@pytest.mark.requirement("R-15")
@every_record
def test_no_path_asks_too_much(curated, code):
    if curated[code].guide:
        assert 1 <= curated[code].guide.longest() <= MOST_QUESTIONS


@pytest.mark.requirement("R-03", "R-13")
@every_record
def test_the_text_of_every_branch_names_its_papers_and_no_other(curated, code):
    record = guided(curated[code])
    names = {part.id: part.name for case in record.dossier for part in case.components}
    for answers in branches(record):
        text = told(record, answers).replace("\n", " ")
        listed = {part.id for part in holding(record, answers)}
        shown = {names[one] for one in listed}
        for one, name in names.items():
            if one in listed:
                assert name in text
            elif not any(name in other for other in shown):
                assert f". {name}" not in text


@pytest.mark.requirement("R-12")
@every_record
def test_what_is_surely_on_vneid_is_never_to_be_brought(curated, code):
    for answers in branches(curated[code]):
        made = checklist(curated[code], answers, TODAY)
        papers = [paper for group in made.prepare if not group.case for paper in group.papers]
        assert not [paper for paper in papers if paper.vneid_equivalent is VneidEquivalent.YES]
        assert not [paper for paper in papers if paper.reusable_from]


def paper(name, **more):
    return DossierComponent(id=name, name=f"Giấy {name}", **more)


HOME = GuideQuestion("home", "Nhà của ai?", (GuideOption("own", "Nhà tôi"), GuideOption("rented", "Nhà thuê")))
CHILD = GuideQuestion("child", "Có con nhỏ không?", (GuideOption("yes", "Có"), GuideOption("unsure", "Chưa rõ")))
SIZE = GuideQuestion(
    "size", "Nhà lớn không?", (GuideOption("big", "Lớn"), GuideOption("small", "Nhỏ")), when=When((("home", ("own",)),))
)


def record(dossier=(), questions=(HOME, SIZE), **more):
    return Procedure(code="1.000001", title="Thử", dossier=dossier, guide=Guide(questions), **more)


def test_a_question_is_asked_only_where_its_condition_holds():
    asked = record()
    assert next_question(asked, {}) is HOME
    assert next_question(asked, {"home": "own"}) is SIZE
    assert next_question(asked, {"home": "rented"}) is None
    assert list(branches(asked)) == [
        {"home": "own", "size": "big"},
        {"home": "own", "size": "small"},
        {"home": "rented"},
    ]
    assert asked.guide.longest() == 2
    assert asked.guide.longest({"home": "rented"}) == 1


def test_an_answer_to_a_question_no_longer_asked_does_not_count():
    assert record().guide.settled({"home": "rented", "size": "big", "else": "x"}) == {"home": "rented"}
    assert record().guide.settled({"home": "castle"}) == {}


def test_several_questions_in_a_condition_are_all_needed():
    both = When((("home", ("own",)), ("size", ("big",))))
    made = record((DossierCase("a", "", (paper("x", when=both),)),))
    assert checklist(made, {"home": "own", "size": "big"}, TODAY).component_ids == ["x"]
    assert checklist(made, {"home": "own", "size": "small"}, TODAY).component_ids == []
    assert "không ghi giấy tờ nào" in told(made, {"home": "rented"})


def test_a_condition_that_the_answers_decided_is_not_said_again_but_stays_for_who_is_unsure():
    part = paper("x", condition="nếu có con nhỏ", decided=True, when=When((("child", ("yes", "unsure")),)))
    made = record((DossierCase("a", "", (part,)),), questions=(CHILD,))
    assert "nếu có con nhỏ" not in told(made, {"child": "yes"})
    assert "nếu có con nhỏ" in told(made, {"child": "unsure"})


def test_papers_stand_in_their_groups():
    parts = (
        paper("bring"),
        paper(
            "looked", role=ComponentRole.PRESENT, reusable_from="kho", vneid_equivalent=VneidEquivalent.IF_INTEGRATED
        ),
        paper("phone", vneid_equivalent=VneidEquivalent.IF_INTEGRATED),
        paper("surely", reusable_from="kho", vneid_equivalent=VneidEquivalent.YES),
        paper("remark", role=ComponentRole.NOTE),
    )
    made = checklist(record((DossierCase("a", "", parts),)), {"home": "rented"}, TODAY)
    ids = [[one.id for group in groups for one in group.papers] for groups in (made.prepare, made.looked_up)]
    assert ids == [["bring"], ["looked"]]
    assert [one.id for group in made.on_vneid for one in group.papers] == ["phone", "surely"]
    assert [one.id for one in made.remarks] == ["remark"]


def test_alternatives_of_one_paper_keep_their_label_and_stay_together():
    options = DossierCase("a", "Chỉ cần một trong các giấy sau", (paper("x"), paper("y", reusable_from="kho")))
    made = checklist(record((options,)), {"home": "rented"}, TODAY)
    assert [(group.case, [one.id for one in group.papers]) for group in made.prepare] == [(options.case, ["x", "y"])]
    assert made.looked_up == ()


def test_a_record_without_a_guide_asks_for_its_case():
    cases = (DossierCase("all", "", (paper("x"),)), DossierCase("b", "Đi thay", (paper("y"),)))
    plain = record((*cases, DossierCase("c", "Ở nước ngoài", (paper("z"),))), questions=())
    question = next_question(plain, {})
    assert [option.id for option in question.options] == ["b", "c", NO_CASE]
    assert checklist(plain, {WHICH_CASE: "b"}, TODAY).component_ids == ["x", "y"]
    assert checklist(plain, {WHICH_CASE: NO_CASE}, TODAY).component_ids == ["x"]
    assert next_question(replace(plain, dossier=cases), {}) is None
    assert "Đi thay" in told(replace(plain, dossier=cases), {})


def way(method, *fees, days=3):
    return SubmissionMethod(method, fees=fees, times=(ProcessingTime(days, TimeUnit.WORKING_DAY),))


@pytest.mark.requirement("R-20")
def test_what_is_saved_online_is_told_for_fees_of_the_same_kind_only():
    ended = Fee(amount=1000, per="lần", valid_to=date(2026, 1, 1))
    online = way(Method.ONLINE, Fee(amount=7000, per="lần"), Fee(amount=5000, per="người"), ended)
    counter = way(Method.IN_PERSON, Fee(amount=15000, per="lần"), Fee(amount=9000, per="bản"))
    found = savings(record(submission_methods=(online, counter)), TODAY)
    assert [(one.amount, one.per) for one in found] == [(8000, "lần")]
    free = way(Method.ONLINE, Fee(status=FeeStatus.FREE))
    assert savings(record(submission_methods=(free, counter)), TODAY) == ()
    text = told(record(submission_methods=(online, counter)), {})
    assert "Nộp trực tuyến tiết kiệm 8.000 đồng/lần" in text
    assert "1.000 đồng" not in text.replace("11.000", "")


def test_times_and_fees_of_a_branch_only():
    own = When((("home", ("own",)),))
    slow = ProcessingTime(9, TimeUnit.DAY, when=own)
    there = SubmissionMethod(Method.IN_PERSON, times=(slow,), fees=(Fee(amount=5, when=own),))
    made = record(submission_methods=(there, SubmissionMethod(Method.POSTAL, when=own)))
    here = checklist(made, {"home": "rented"}, TODAY).record.submission_methods
    assert [(one.method, one.times, one.fees) for one in here] == [(Method.IN_PERSON, (), ())]
    assert len(checklist(made, {"home": "own", "size": "big"}, TODAY).record.submission_methods) == 2


def test_reasons_for_a_return_are_told_only_where_the_record_has_them():
    assert "bị trả lại hoặc từ chối khi" not in told(record(), {"home": "rented"})
    text = told(record(return_reasons=("thiếu chữ ký",)), {"home": "rented"})
    assert "thiếu chữ ký" in text.split("bị trả lại hoặc từ chối khi")[1]
