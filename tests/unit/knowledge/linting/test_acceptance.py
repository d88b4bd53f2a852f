"""What people accept: signed, only for what was found, until it changes; a file that is whole at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.linting import acceptance
from knowledge.linting.acceptance import ACCEPTED_PATH, accept, read_accepted
from knowledge.linting.models import AcceptedInvalidError, Context
from knowledge.linting.runner import lint, rule_texts
from tests.fixtures.linting import DAY, fee, found, our_paper, ours, portals, rows

BOOK = "household_book_required"
ENTRY = "- {rule: r, of: curated, code: '1.000001', fingerprint: abc, by: Lan, on: 2026-11-25, why: có lý do}\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "accepted.yml"


def report(subjects, path, day=DAY):
    return lint(subjects, Context(day), read_accepted(path))


def fork(work, *arguments):
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    return process


@pytest.mark.requirement("R-09")
def test_an_accepted_finding_stands_no_more_and_says_who_when_and_why(path):
    subject = ours(**our_paper("Sổ hộ khẩu"))
    assert accept(found(BOOK, [subject]), "Lan", "bản cũ: giữ", DAY, None, path) == 1
    after = report([subject], path)
    assert [finding.rule for finding in after.findings if finding.rule == BOOK] == []
    ((finding, entry),) = after.accepted
    assert (finding.rule, entry.by, entry.on, entry.why) == (BOOK, "Lan", DAY, "bản cũ: giữ")
    assert accept([finding], "Huy", "lần nữa", DAY, None, path) == 0
    assert [item.by for item in read_accepted(path)] == ["Lan"]


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (BOOK, ours(**our_paper("Sổ hộ khẩu")), ours(**our_paper("Sổ hộ khẩu bản chính"))),
        (BOOK, ours(**our_paper("Sổ hộ khẩu")), ours("1.000002", **our_paper("Sổ hộ khẩu"))),
        (BOOK, portals(**rows("Sổ hộ khẩu")), ours(**our_paper("Sổ hộ khẩu"))),
        (BOOK, portals(**rows("Sổ hộ khẩu")), portals(**rows("Tờ khai", "Sổ hộ khẩu"))),
        (BOOK, ours(**our_paper("Sổ hộ khẩu" + " x" * 200)), ours(**our_paper("Sổ hộ khẩu" + " x" * 200 + " y"))),
        (
            "fee_zero_with_amount",
            portals(**fee(0, "7.000 đồng" + " x" * 200)),
            portals(**fee(0, "7.000 đồng" + " x" * 200 + ", 8.000 đồng")),
        ),
    ],
)
def test_an_acceptance_lapses_when_what_was_found_changes(path, rule, before, after):
    accept(found(rule, [before]), "Lan", "giữ", DAY, None, path)
    assert rule not in {finding.rule for finding in report([before], path).findings}
    changed = report([after], path)
    assert rule in {finding.rule for finding in changed.findings}
    assert [entry.rule for entry in changed.unused] == [rule]


def test_an_acceptance_outlives_a_change_elsewhere_in_the_record(path):
    subject = ours(**our_paper("Sổ hộ khẩu"))
    accept(found(BOOK, [subject]), "Lan", "giữ", DAY, None, path)
    later = ours(title="Tên mới", summary="Khác.", **our_paper("Sổ hộ khẩu"))
    assert BOOK not in {finding.rule for finding in report([later], path).findings}


def test_an_acceptance_holds_through_its_last_day_and_can_be_given_anew(path):
    subject = ours(**our_paper("Sổ hộ khẩu"))
    accept(found(BOOK, [subject]), "Lan", "đến cuối tháng", DAY, DAY, path)
    assert report([subject], path).accepted
    tomorrow = DAY + timedelta(days=1)
    ended = report([subject], path, tomorrow)
    assert not ended.accepted
    assert [entry.until for entry in ended.unused] == [DAY]
    assert accept(found(BOOK, [subject]), "Huy", "thêm một tháng", tomorrow, None, path) == 1
    assert [entry.by for entry in read_accepted(path)] == ["Huy"], "the ended entry made place"
    assert report([subject], path, tomorrow).accepted


def test_comments_of_the_file_stay_and_signs_survive(path):
    path.write_text("# Ai, khi nào, vì sao.\n[]\n", "utf-8")
    why = "Không: còn “giữ”, # và 'cũ'"
    accept(found(BOOK, [ours(**our_paper("Sổ hộ khẩu"))]), "Lan", why, DAY, date(2027, 1, 1), path)
    accept(found(BOOK, [ours("1.000002", **our_paper("Sổ hộ khẩu"))]), "Lan", why, DAY, None, path)
    assert path.read_text("utf-8").startswith("# Ai, khi nào, vì sao.\n- rule:")
    assert [(entry.why, entry.until) for entry in read_accepted(path)] == [(why, date(2027, 1, 1)), (why, None)]


@pytest.mark.parametrize("fingerprint", ["123456789012", "012345678901", "1e1234567890", "null", "0x12"])
def test_a_fingerprint_that_looks_like_a_number_stays_a_text(path, monkeypatch, fingerprint):
    (finding,) = found(BOOK, [ours(**our_paper("Sổ hộ khẩu"))])
    finding = replace(finding)
    finding.__dict__["fingerprint"] = fingerprint
    accept([finding], "Lan", "giữ", DAY, None, path)
    assert read_accepted(path)[0].fingerprint == fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + "\tx: y\n", ":2: "),
        (ENTRY + ENTRY.replace("by: Lan, ", ""), ":2: entry abc: 'by' is a required property"),
        (ENTRY + "\n" + ENTRY.replace("why: có lý do", "why: ' '"), ":3: entry abc:"),
        (ENTRY.replace("2026-11-25", "2026-13-25"), ":1: on: month must be in 1..12"),
        (ENTRY.replace("why:", "until: mai, why:"), ":1: entry abc: 'mai' does not match"),
        (ENTRY.replace("abc", "123"), ":1: entry 123: 123 is not of type 'string'"),
        (ENTRY.replace("of: curated", "of: all"), ":1: entry abc: 'all' is not one of"),
        ("rule: r\n", ":1: {'rule': 'r'} is not of type 'array'"),
        ("0\n", ":1: 0 is not of type 'array'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line_and_left_alone(path, text, said):
    path.write_text(text, "utf-8")
    with pytest.raises(AcceptedInvalidError) as fault:
        read_accepted(path)
    assert str(fault.value).startswith(str(path))
    assert said in str(fault.value)
    with pytest.raises(AcceptedInvalidError):
        accept(found(BOOK, [ours(**our_paper("Sổ hộ khẩu"))]), "Lan", "giữ", DAY, None, path)
    assert path.read_text("utf-8") == text


def test_bytes_that_are_no_text_are_named(path):
    path.write_bytes(b"- \xff\xfe")
    with pytest.raises(AcceptedInvalidError, match=r"accepted\.yml"):
        read_accepted(path)


def test_two_editors_at_once_lose_nothing(path):
    findings = [found(BOOK, [ours(f"1.{number:06}", **our_paper("Sổ hộ khẩu"))])[0] for number in range(1, 13)]
    editors = [fork(accept, [finding], f"editor {n}", "giữ", DAY, None, path) for n, finding in enumerate(findings)]
    for editor in editors:
        editor.join(30)
    assert [editor.exitcode for editor in editors] == [0] * 12
    assert {entry.fingerprint for entry in read_accepted(path)} == {finding.fingerprint for finding in findings}


def _killed_while_writing(findings, path):
    acceptance.os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
    accept(findings, "Huy", "giữ", DAY, None, path)


def test_a_process_killed_while_writing_leaves_the_file_as_it_was(path):
    first, second = (found(BOOK, [ours(f"1.00000{n}", **our_paper("Sổ hộ khẩu"))]) for n in (1, 2))
    accept(first, "Lan", "giữ", DAY, None, path)
    before = path.read_bytes()
    killed = fork(_killed_while_writing, second, path)
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert accept(second, "Huy", "giữ", DAY, None, path) == 1
    assert len(read_accepted(path)) == 2
    assert [item.name for item in path.parent.iterdir()] == ["accepted.yml"]


@pytest.mark.requirement("R-09")
def test_the_shipped_acceptances_are_signed_and_say_something():
    entries = read_accepted(ACCEPTED_PATH)
    assert len({entry.fingerprint for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.rule in rule_texts()
        assert entry.by
        assert len(entry.why.split()) >= 8, entry.fingerprint
