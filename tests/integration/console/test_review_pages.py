"""Review: what reviewers see, verdicts and agreement, examples without anything personal; search, lists, referrals."""

from __future__ import annotations

import csv
import io

import pytest
import pytest_asyncio

from bot.console.exporting import as_csv
from bot.desk.examples import as_yaml
from bot.desk.grouping import group_alike
from bot.desk.hiding import hidden_words
from bot.desk.models import Example, ExampleKind, Judgement, Verdict
from bot.desk.verdicts import agreement
from bot.handoff.models import Officer
from bot.hub.models import Draft, Turn
from bot.hub.models import Role as Said
from bot.hub.units import note_unit
from bot.ops.clock import SystemClock
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from knowledge.plain_yaml import plain_yaml
from tests.fixtures.petitions import PHONE, draft
from tests.integration.console.conftest import WARD

WHY = "Báo cáo tuần của đơn vị"
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@pytest_asyncio.fixture
async def reviewer(enter):
    return await enter("nhanxet", Role.REVIEWER, display_name="Phạm Thị Xét")


@pytest_asyncio.fixture
async def second(enter):
    return await enter("nhanxet2", Role.REVIEWER, display_name="Vũ Văn Duyệt")


@pytest.fixture
def ask(hub, rasa):
    """A question that was answered with an outcome; its conversation and number."""

    async def begin(text, outcome="unanswered_no_match", answer="Tôi chưa rõ ý anh/chị."):
        rasa.gate.clear()  # the hub that serves the pages does not answer first
        entry = await hub.hub.enter("web", None)
        message, _ = await hub.hub.say(entry.conversation.id, "c1", text)
        work = await hub.turns._store.claim(entry.conversation.id)
        assert isinstance(work, Turn)
        content = {"text": answer, "answer": {"outcome": outcome, "procedure_code": "1.001193"}}
        assert (await hub.turns._store.complete(work, Said.ASSISTANT, (Draft(content),))).stored
        rasa.gate.set()
        return entry.conversation.id, message.seq

    return begin


async def test_reviewers_find_what_was_not_answered_without_names(reviewer, ask, services):
    bad = await ask("Tôi tên Nguyễn Văn An hỏi thẻ xanh cho gà")
    good = await ask("Làm khai sinh cần gì", "answered_procedure", "Cần giấy chứng sinh.")
    assert await reviewer.get("/desk/review?kind=unanswered&days=1") == 200
    assert f"{bad[0]}/{bad[1]}" in reviewer.body
    assert good[0] not in reviewer.body
    assert "Nguyễn Văn An" not in reviewer.body
    await reviewer.get("/desk/review")
    assert good[0] in reviewer.body
    await reviewer.get(f"/desk/review/{bad[0]}/{bad[1]}")
    assert "Tôi chưa rõ ý anh/chị." in reviewer.body
    assert "Nguyễn Văn An" not in reviewer.body
    about = f"{bad[0]}/{bad[1]}"
    assert len(await services.staff.audit.read(AuditFilter(deed=Deed.REVIEW_SEEN, about=about))) == 1


async def test_verdicts_are_given_blindly_counted_once_and_compared(reviewer, second, ask, services):
    conversation, seq = await ask("Thẻ xanh cho gà")
    page = f"/desk/review/{conversation}/{seq}"
    await reviewer.get(page)
    assert await reviewer.post(f"{page}/verdict", verdict="?") == 422
    for verdict in ("wrong", "right"):
        await reviewer.get(page)
        assert await reviewer.post(f"{page}/verdict", verdict=verdict, comment="đúng ý") == 303
    await second.get(page)
    assert "Phạm Thị Xét:" not in second.body
    assert "1 người đã nhận xét" in second.body
    assert await second.post(f"{page}/verdict", verdict="right") == 303
    await second.get(page)
    assert "Phạm Thị Xét:" in second.body
    await second.get("/desk/review?kind=judged&days=1")
    assert "giống nhau 100%" in second.body
    verdicts = (await services.desk.verdicts.of([conversation]))[conversation, seq]
    assert [(one.by, one.judgement) for one in verdicts] == [
        ("Phạm Thị Xét", Judgement.RIGHT),
        ("Vũ Văn Duyệt", Judgement.RIGHT),
    ]


async def test_verdicts_go_with_the_conversation(reviewer, ask, hub, services):
    conversation, seq = await ask("Thẻ xanh cho gà")
    await services.desk.verdicts.give(conversation, seq, "x", Judgement.WRONG)
    await hub.hub.end(conversation)
    assert await services.desk.verdicts.of([conversation]) == {}
    assert await reviewer.get(f"/desk/review/{conversation}/{seq}") == 404


async def test_an_example_is_masked_kept_once_and_exported(reviewer, ask, services):
    conversation, seq = await ask("Tôi tên Trần Thị Bưởi muốn làm khai sinh")
    page = f"/desk/review/{conversation}/{seq}"
    for fields, said in (
        ({"text": "làm khai sinh", "target": "no_such_intent"}, "Ghi ý định"),
        ({"text": " ", "target": "ask_procedure"}, "Ghi nội dung"),
        ({"text": "gọi 12 345 678 9 nha", "target": "ask_procedure"}, ""),
    ):
        await reviewer.get(page)
        status = await reviewer.post(f"{page}/example", kind="intent", **fields)
        if said:
            assert status == 422
            assert said in reviewer.body
    for _ in range(2):
        await reviewer.get(page)
        fields = {"kind": "intent", "target": "ask_procedure"}
        assert await reviewer.post(f"{page}/example", text="Tôi tên Trần Thị Bưởi muốn khai sinh", **fields) == 303
    await reviewer.get(page)
    assert await reviewer.post(f"{page}/example", kind="lexicon", text="thẻ xanh", target="thẻ thường trú") == 303
    await reviewer.get("/desk/review/examples")
    assert await reviewer.post("/desk/review/examples/export") == 200
    made = plain_yaml(reviewer.raw)
    (intent,) = made["nlu"]
    assert intent["intent"] == "ask_procedure"
    assert "- Tôi tên ••• muốn khai sinh\n" in intent["examples"]
    assert made["lexicon"] == {"thẻ thường trú": ["thẻ xanh"]}
    assert b"B\xc6\xb0\xe1\xbb\x9fi" not in reviewer.raw
    for one in await services.desk.examples.all():
        assert one.exported_at is not None
        await reviewer.get("/desk/review/examples")
        assert await reviewer.post(f"/desk/review/examples/{one.id}/remove") == 303
    assert await services.desk.examples.all() == []


async def test_unanswered_questions_are_grouped(reviewer, ask):
    for text in ("thẻ xanh cho gà", "cho tôi hỏi thẻ xanh cho gà ạ", HOSTILE):
        await ask(text)
    assert await reviewer.get("/desk/review/unanswered?days=1") == 200
    assert "2 lần" in reviewer.body
    assert "<script>alert(1)" not in reviewer.body


async def test_only_reviewers_review(officer, ask):
    conversation, seq = await ask("Thẻ xanh cho gà")
    for address in ("", "/unanswered", "/examples", f"/{conversation}/{seq}"):
        assert await officer.get(f"/desk/review{address}") == 403
    await officer.get("/desk/account")
    for step in ("verdict", "example"):
        assert await officer.post(f"/desk/review/{conversation}/{seq}/{step}", verdict="right") == 403


async def test_search_finds_only_what_is_ones_own_to_see(enter, services, hub):
    code = (await services.petitions.service.lodge(draft())).code
    entry = await hub.hub.enter("web", None)
    await hub.hub.say(entry.conversation.id, "c1", "Tôi hỏi chuyện chim bồ câu")
    leader = Officer("p-0", "Người trực", (WARD,))
    await hub.database.write(note_unit, entry.conversation.id, WARD)
    request = await hub.ownership.step_in(entry.conversation.id, leader, "thử")
    ward = await enter("phuong", Role.OFFICER, units=(WARD,))
    other = await enter("phuongkhac", Role.OFFICER, units=("26743",))
    for words, found in ((code, code), ("khai sinh", code), ("chim bo cau", request.id)):
        await ward.get(f"/desk/search?words={words}")
        assert found in ward.body
        await other.get(f"/desk/search?words={words}")
        assert f'/{found}"' not in other.body
        assert "Không thấy gì" in other.body
    await ward.get(f"/desk/search?words={HOSTILE}")
    assert "<script>alert(1)" not in ward.body


async def test_lists_hold_nothing_personal(enter, services, administrator):
    await services.petitions.service.lodge(draft())
    ward = await enter("phuong", Role.OFFICER, units=(WARD,))
    other = await enter("phuongkhac", Role.OFFICER, units=("26743",))
    for browser, count in ((ward, 1), (other, 0), (administrator, 1)):
        await browser.get("/desk/search")
        assert await browser.post("/desk/search/export", what="petitions", reason=WHY) == 200
        rows = list(csv.reader(io.StringIO(browser.raw.decode("utf-8-sig"))))
        assert len(rows) == count + 1
        assert PHONE not in browser.body
        assert "Nguyễn Văn An" not in browser.body
    await ward.get("/desk/search")
    assert await ward.post("/desk/search/export", what="conversations", reason=WHY) == 200
    await ward.get("/desk/search")
    assert await ward.post("/desk/search/export", what="staff_person", reason=WHY) == 404
    assert len(await services.staff.audit.read(AuditFilter(deed=Deed.EXPORTED))) == 4


def test_no_cell_is_a_formula():
    assert as_csv([["=1+1", "@x", "-2", " +3", "a"]]).strip() == "'=1+1,'@x,'-2,' +3,a"


@pytest.mark.parametrize(
    ("judged", "same", "alpha"),
    [
        ([("a", "right"), ("b", "right")], 1.0, None),
        ([("a", "right"), ("b", "wrong")], 0.0, 0.0),
        ([("a", "right")], None, None),
    ],
)
def test_agreement_of_one_answer(judged, same, alpha):
    verdicts = [Verdict("c", 1, by, Judgement(one), "", SystemClock().now()) for by, one in judged]
    found = agreement(verdicts)
    assert (found.same, found.alpha) == (same, alpha)


def test_krippendorffs_alpha_of_a_worked_example():
    """Four answers of two reviewers: three pairs alike, one not; values 5 right, 3 wrong: 1 - 2/(30/7)."""
    given = [("right", "right"), ("right", "right"), ("wrong", "wrong"), ("right", "wrong")]
    now = SystemClock().now()
    verdicts = [
        Verdict("c", seq, by, Judgement(one), "", now)
        for seq, pair in enumerate(given)
        for by, one in zip("ab", pair, strict=True)
    ]
    found = agreement(verdicts)
    assert found.same == pytest.approx(0.75)
    assert found.alpha == pytest.approx(1 - 2 / (30 / 7))


def test_alike_questions_are_put_together():
    texts = ["đổi bằng lái xe", "nuôi chim bồ câu", "bằng lái xe đổi", "thẻ thư viện"]
    assert group_alike(texts) == [[0, 2], [1], [3]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tôi tên Nguyễn Văn An, sinh 01/02/1990", "Tôi tên •••, sinh •••"),
        ("ở Thành phố Hồ Chí Minh, hồ sơ H29.26.2-251112-0034", "ở Thành phố Hồ Chí Minh, hồ sơ H29.26.2-251112-0034"),
        ("thủ tục 1.001193 phí 50.000 đồng", "thủ tục 1.001193 phí 50.000 đồng"),
    ],
)
def test_what_is_personal_is_hidden(text, shown):
    assert hidden_words(text) == shown


def test_brackets_in_an_example_are_no_entity():
    now = SystemClock().now()
    made = plain_yaml(as_yaml([Example("1", ExampleKind.INTENT, "a [b](c) {d}", "greet", "x", now)]))
    assert made["nlu"][0]["examples"] == "- a  b  c   d\n"
