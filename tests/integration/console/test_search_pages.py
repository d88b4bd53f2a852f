"""Search over everything that is somebody's to see, page by page, with or without diacritics; lists whole and plain."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import uuid
from datetime import datetime, timedelta, timezone
from html import unescape

import pytest
from sqlalchemy import insert

from bot.feedback.models import RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import rate
from bot.handoff.models import Asked, Officer, Summary
from bot.handoff.rows import add_note, begin_request
from bot.handoff.tables import HANDOFF_REQUEST
from bot.hub.conversations import add_messages
from bot.hub.models import Draft
from bot.hub.models import Role as Said
from bot.hub.tables import CONVERSATION
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.store.searching import Place, says, search_words
from tests.fixtures.petitions import draft
from tests.integration.console.conftest import WARD

NOW = datetime(2026, 11, 26, 2, tzinfo=timezone.utc)
OTHER_WARD = "26743"
WHY = "Báo cáo tuần của đơn vị"


@pytest.fixture
def database(services):
    return services.staff.tuner._store._database()


@pytest.fixture
def begin(database):
    """Many handed-over conversations at once; the ids of their requests, the oldest first."""

    async def make(count=1, unit="city", said="", note="", asked="Tôi hỏi", officer="", **summary):
        def work(connection):
            found = []
            for number in range(count):
                name, at = str(uuid.uuid4()), NOW + timedelta(minutes=number)
                row = {"id": name, "channel": "web", "status": "officer", "rasa_sender": name, "token_version": 1}
                row |= {"created_at": at, "updated_at": at, "last_seq": 0}
                connection.execute(insert(CONVERSATION).values(**row))
                handed = Asked(unit=unit, summary=Summary(asked=asked, **summary))
                request = begin_request(connection, name, "web", handed, at, officer_name=officer)
                if said:
                    add_messages(connection, name, Said.CITIZEN, (Draft({"text": said}),), at)
                if note:
                    add_note(connection, request.id, at, Officer("p", "Chị Lan"), note)
                found.append(request.id)
            return found

        return await database.write(work)

    return make


def hits(browser, kind="conversations"):
    return re.findall(rf'href="/desk/{kind}/([\w-]+)"', browser.body)


async def pages(browser, address, kind="conversations"):
    """All hits, page after page as the links lead."""
    found = []
    while address:
        assert await browser.get(address) == 200
        found += hits(browser, kind)
        older = re.search(r'href="(\?words=[^"]*before=[^"]*)"', browser.body)
        address = f"/desk/search{unescape(older.group(1))}" if older else ""
    return found


async def test_every_hand_over_is_found_once_however_many_there_are(officer, begin):
    made = await begin(230, said="Nuôi Chim Bồ Câu ở Đặng Văn Bi")
    await begin(3, said="chuyện khác")
    assert await officer.get("/desk/search?words=bo+cau") == 200
    assert len(hits(officer)) == 5
    assert "Cuộc trò chuyện: 5+" in officer.body
    assert await pages(officer, "/desk/search?words=DANG+van&in=conversations") == made[::-1]
    rows = await begin(1, officer="=HYPERLINK(1)")
    await officer.get("/desk/search")
    assert await officer.post("/desk/search/export", what="conversations", reason=WHY) == 200
    lines = list(csv.reader(io.StringIO(officer.raw.decode("utf-8-sig"))))
    assert len(lines) == 1 + 234
    assert {line[0] for line in lines[1:]} >= {*made, *rows}
    assert [line[-1] for line in lines if "HYPERLINK" in line[-1]] == ["'=HYPERLINK(1)"]


async def test_what_is_another_units_is_not_found_by_any_of_its_words(enter, begin):
    (theirs,) = await begin(unit=WARD, said="Chuyện cái cổng", note="gọi lại bác tổ trưởng", asked="Hỏi hộ khẩu")
    ward = await enter("phuong", Role.OFFICER, units=(WARD,))
    other = await enter("phuongkhac", Role.OFFICER, units=(OTHER_WARD,))
    for words in ("cai cong", "to truong", "ho khau", theirs):
        for browser, found in ((ward, [theirs]), (other, [])):
            await browser.get(f"/desk/search?words={words}&in=conversations")
            assert hits(browser) == found, words
    for browser, count in ((ward, 1), (other, 0)):
        await browser.get("/desk/search")
        assert await browser.post("/desk/search/export", what="conversations", reason=WHY) == 200
        assert len(browser.body.splitlines()) == 1 + count


async def test_feedback_is_its_desks_and_petitions_are_searched_in_what_was_done(officer, enter, services, database):
    async def give(number, reason, words):
        turn = RatedTurn(f"c-{number}", number, "web", "1.001193", "v1", ("fees",), question="Phí bao nhiêu?")
        return (await database.write(rate, NOW, turn, Rating(Thumb.DOWN, reason, words))).reference

    wrong, unclear = await give(1, Reason.WRONG, "Sai đường dây"), await give(2, Reason.UNCLEAR, "Khó hiểu đường dây")
    editor = await enter("bientap", Role.EDITOR, display_name="Phạm Biên Tập")
    for browser, found in ((officer, [unclear]), (editor, [wrong])):
        assert await browser.get("/desk/search?words=duong+day") == 200
        assert hits(browser, "feedback") == found
    assert await editor.post("/desk/search/export", what="conversations", reason=WHY) == 404
    await editor.get("/desk/search")
    assert await editor.post("/desk/search/export", what="feedback", reason=WHY) == 200
    assert wrong in editor.body
    assert unclear not in editor.body

    ward = await enter("phuong", Role.OFFICER, units=(WARD,))
    petition = await services.petitions.service.lodge(draft())
    await services.petitions.desk.ask(petition.code, "Chị Lan", "Anh/chị nộp ở quầy số mấy?")
    for browser, found in ((ward, [petition.code]), (officer, [])):
        for words in ("quay so may", petition.code.lower(), petition.code[3:7]):
            await browser.get(f"/desk/search?words={words}&in=petitions")
            assert hits(browser, "petitions") == found, words


async def test_a_search_is_masked_and_written_down(officer, begin, services):
    await begin(said="Con tôi tên Nguyễn Văn An học <b>mẫu giáo</b>")
    await officer.get("/desk/search?words=mau+giao")
    assert "Nguyễn Văn An" not in officer.body
    assert "•••" in officer.body
    assert "&lt;b&gt;" in officer.body
    await officer.get("/desk/search?words=Nguy%E1%BB%85n+V%C4%83n+An&in=conversations")
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.SEARCHED))
    assert [(row.about, row.reason) for row in rows] == [("conversations", "•••"), ("", "mau giao")]


async def test_an_export_without_a_reason_is_none(officer, services):
    await officer.get("/desk/search")
    assert await officer.post("/desk/search/export", what="petitions", reason="vì thế") == 422
    assert "ít nhất 10 ký tự" in officer.body
    assert await services.staff.audit.read(AuditFilter(deed=Deed.EXPORTED)) == []
    assert await officer.post("/desk/search/export", what="notices", reason=WHY) == 404


async def test_hostile_words_find_nothing_and_break_nothing(officer, begin):
    await begin(said="chuyện thường")
    for words in ("%25", "_", "'%20OR%201=1--", "\\", "%F0%9F%90%94", "%20", "a" * 900, "%00"):
        assert await officer.get(f"/desk/search?words={words}") in (200, 404)
        assert hits(officer) == []
    for before in ("x", "2026-11-26T02:00:00~a", "9999-99-99~", "%ED%A0%80~1"):
        assert await officer.get(f"/desk/search?words=chuyen&in=conversations&before={before}") == 200


async def test_both_databases_fold_as_we_do(database):
    """Every letter of Vietnamese, big and small, and as two characters."""
    letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    typed = f"{letters}{letters.upper()}{unicodedata.normalize('NFD', letters)}"
    (plain,) = search_words(typed)

    def look(connection):
        connection.execute(insert(HANDOFF_REQUEST).values(**row(typed)))
        found = says(connection, (plain[:60], plain[-60:]), HANDOFF_REQUEST.c.reason)
        return [one.id for one in connection.execute(HANDOFF_REQUEST.select().where(found))]

    assert await database.write(look) == ["r-1"]


def row(reason):
    empty = dict.fromkeys(("officer_id", "officer_name", "offered_to", "offered_to_name", "outcome"), "")
    ids = {"id": "r-1", "open_key": "r-1", "conversation_id": "c-1", "channel": "web", "unit": "city"}
    more = {"state": "closed", "version": 0, "trigger": "asked", "urgent": False, "summary": {}}
    return {**empty, **ids, **more, "asked_at": NOW, "waiting_since": NOW, "reason": reason}


def test_a_place_is_read_only_as_it_was_written():
    place = Place(NOW, "r-1")
    assert Place.read(str(place)) == place
    assert [Place.read(one) for one in ("", "x~y", "2026-11-26~a", f"{NOW.isoformat()}~é")] == [None] * 4
