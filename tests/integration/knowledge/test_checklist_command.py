"""The editors' command that shows a guide: questions, branches, the list; from the file, before it is taken in."""

from __future__ import annotations

import shutil

import pytest

from knowledge.curated import PROCEDURES_DIR

CODE = "1.004194"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "records").mkdir()
    for code in (CODE, "1.000894"):
        shutil.copy(PROCEDURES_DIR / f"{code}.yml", tmp_path / "records")
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", f"sqlite:///{tmp_path / 'catalogue.db'}")
    monkeypatch.setenv("MOTCUA_CURATED_DIR", str(tmp_path / "records"))
    return tmp_path / "records"


@pytest.mark.usefixtures("folder")
def test_questions_and_branches_are_shown(call):
    code, out, _ = call("checklist", CODE)
    assert code == 0
    assert (
        "question 2: dwelling: Chỗ ở là nhà của mình hay nhà thuê, mượn, ở nhờ?  [only if registrant = household]"
        in out
    )
    assert "branch 2: registrant=household dwelling=rented: ct01, dwelling, lease_note" in out
    assert "Danh sách cho anh/chị" not in out


@pytest.mark.usefixtures("folder")
def test_the_list_for_answers_or_of_every_branch_is_shown(call):
    _, out, _ = call("checklist", CODE, "--answers", "registrant=household", "dwelling=rented")
    assert out.count("Danh sách cho anh/chị – Đăng ký tạm trú") == 1
    assert "Trường hợp của anh/chị: Cá nhân, hộ gia đình; Thuê, mượn, ở nhờ" in out
    _, out, _ = call("checklist", CODE, "--answers", "registrant=household")
    assert "next question: dwelling:" in out
    _, out, _ = call("checklist", CODE, "--branches")
    assert out.count("Danh sách cho anh/chị – Đăng ký tạm trú") == 4


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--answers", "registrant"], "QUESTION=OPTION"),
        (["--answers", "registrant=nobody"], "the guide has no registrant=nobody"),
    ],
)
def test_answers_that_are_none_are_refused(call, arguments, said):
    code, _, errors = call("checklist", CODE, *arguments)
    assert code == 2
    assert said in errors
