"""Lodging: once a key, with its clocks, its unit and nothing that must not be kept; joining; looking up with proof."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy.exc import DatabaseError

from bot.errors import PetitionRefusedError
from bot.ops.logging import bind_turn
from bot.petitions.models import Contact, ContactKind, LookUpKind, PetitionKind, PetitionState, StepKind
from bot.petitions.tables import EVENT, PARTY, PETITION
from tests.fixtures.petitions import PHONE, draft
from tests.integration.petitions.conftest import rows

SUPPORTER = {
    "key": "key-2",
    "sender": "web-2",
    "content": "Hồ sơ khai sinh của con tôi cũng 10 ngày chưa có kết quả.",
    "sender_name": "Trần Thị Bình",
    "contact": Contact(ContactKind.EMAIL, "Binh@example.vn"),
}


@pytest.mark.requirement("R-25")
async def test_a_receipt_names_the_days_over_the_holiday(service):
    receipt = await service.lodge(draft())
    assert (receipt.due_refuse, receipt.due_ask) == (date(2026, 11, 25), date(2026, 11, 30))
    assert receipt.due_answer == date(2026, 12, 14)
    assert not receipt.again
    assert await service.receipt_of("key-1") == type(receipt)(**{**vars(receipt), "again": True})


async def test_lodged_on_sunday_the_clock_begins_on_monday(service, clock):
    clock.set(2026, 11, 22, 3)
    receipt = await service.lodge(draft())
    assert receipt.due_refuse == date(2026, 11, 26)


async def test_the_same_key_is_one_petition_whatever_else_is_said(service, operations):
    first = await service.lodge(draft())
    again = await service.lodge(draft(content="Một nội dung khác hẳn, dài hơn một chút."))
    assert again.code == first.code
    assert again.again
    assert len(await rows(operations, PETITION)) == 1


async def test_twenty_at_once_with_one_key_are_one_petition(service, operations):
    receipts = await asyncio.gather(*(service.lodge(draft()) for _ in range(20)))
    assert len({receipt.code for receipt in receipts}) == 1
    assert sum(not receipt.again for receipt in receipts) == 1
    assert [len(await rows(operations, table)) for table in (PETITION, PARTY, EVENT)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"content": "  "}, "no_content"),
        ({"content": "x" * 4001}, "too_long"),
        ({"sender_name": ""}, "no_name"),
        ({"contact": Contact(ContactKind.PHONE, "12345")}, "no_contact"),
        ({"consent_version": ""}, "no_consent"),
        ({"key": " "}, "no_key"),
        ({"content": "Anh cán bộ A đòi 500 ngàn mới chịu giải quyết hồ sơ."}, "denunciation"),
    ],
)
async def test_what_cannot_be_a_petition_is_refused_and_nothing_is_kept(service, operations, changes, fault):
    with pytest.raises(PetitionRefusedError) as caught:
        await service.lodge(draft(**changes))
    assert caught.value.context["faults"] == [fault]
    assert await rows(operations, PETITION) == []
    assert await rows(operations, EVENT) == []


async def test_codes_numbers_and_control_characters_are_not_kept(service, operations):
    await service.lodge(draft(content="OTP của tôi là 123456, CCCD 079123456789\x00\x1b[31m, mãi chưa xong \ud800."))
    (kept,) = await rows(operations, PETITION)
    assert "123456" not in kept.content
    assert "\x00" not in kept.content
    assert "\x1b" not in kept.content
    assert "mãi chưa xong" in kept.content


async def test_a_record_goes_to_the_team_and_an_official_one_to_the_commune(service, settings, operations, clock):
    from dataclasses import replace

    from bot.petitions.build import build_petitions

    assert (await service.lodge(draft())).unit_name.startswith("Tổ hỗ trợ Trợ lý Một Cửa, phần phường")
    official = build_petitions(replace(settings, petition_official=True), operations, clock, b"key").service
    assert official.official
    assert not service.official
    assert (await official.lodge(draft(key="2"))).unit_name == "UBND phường Sài Gòn"
    assert (await official.lodge(draft(key="3", kind=PetitionKind.TECHNICAL))).unit_name.endswith("kỹ thuật")
    assert (await official.lodge(draft(key="4", commune_code="99999"))).unit_name == "Tổ hỗ trợ Trợ lý Một Cửa"


@pytest.mark.requirement("R-25")
async def test_looked_up_with_code_and_phone_only(service):
    receipt = await service.lodge(draft())
    typed = receipt.code.lower().replace("-", " ").replace("0", "o")
    for proof in ("4567", PHONE, "+84 901 234 567"):
        found = await service.look_up(typed, proof, "web-9")
        assert found.kind is LookUpKind.FOUND, proof
    assert found.view.state is PetitionState.RECEIVED
    assert found.view.due_answer == date(2026, 12, 14)
    assert found.view.content.startswith("Tôi nộp hồ sơ")
    for proof in ("", "0000", "567", "01234567", "0901234568", "binh@example.vn", "…"):
        assert (await service.look_up(receipt.code, proof, f"web-{proof}")).kind is LookUpKind.NOT_PROVEN


async def test_five_wrong_tries_are_followed_by_a_pause_and_strange_codes_look_the_same(service, clock):
    receipt = await service.lodge(draft())
    for left in (4, 3, 2, 1, 0):
        assert (await service.look_up(receipt.code, "0000", "web-9")).tries_left == left
    paused = await service.look_up(receipt.code, "4567", "web-9")
    assert paused.kind is LookUpKind.TOO_MANY_TRIES
    assert paused.again_at > clock.now()
    assert paused.view is None
    assert (await service.look_up("PA-0000-0000", "4567", "web-8")).kind is LookUpKind.NOT_PROVEN
    bind_turn("3f2a9c11-4")  # one message, asked again after a fault, is one try
    for _ in range(3):
        assert (await service.look_up(receipt.code, "0000", "web-7")).tries_left == 4
    bind_turn("")
    clock.pass_by(minutes=31)
    assert (await service.look_up(receipt.code, "4567", "web-9")).kind is LookUpKind.FOUND


async def test_similar_open_petitions_are_found_without_anybodys_words(service):
    receipt = await service.lodge(draft())
    (found,) = await service.similar(draft(**SUPPORTER))
    assert receipt.code not in str(found)
    assert "Nguyễn" not in str(found)
    assert "10 ngày" not in str(found)
    assert (found.supporters, found.received_on) == (0, date(2026, 11, 20))
    assert await service.similar(draft(key="3", content="Cán bộ quầy 2 nói trống không với người già.")) == []
    assert await service.similar(draft(key="4", procedure_code="2.000815", commune_code="25747")) == []
    assert await service.similar(draft(key="5", kind=PetitionKind.RULE)) == []


async def test_a_supporter_has_a_code_a_contact_and_a_view_of_their_own(service):
    owner = await service.lodge(draft())
    (found,) = await service.similar(draft(**SUPPORTER))
    receipt = await service.join(found.ref, draft(**SUPPORTER))
    assert receipt.joined
    assert receipt.code != owner.code
    again = await service.join(found.ref, draft(**SUPPORTER))
    assert (again.code, again.again) == (receipt.code, True)
    assert (await service.look_up(owner.code, "binh@example.vn", "web-9")).kind is LookUpKind.NOT_PROVEN
    seen = (await service.look_up(receipt.code, "BINH@example.vn", "web-9")).view
    assert seen.joined
    assert seen.supporters == 1
    assert "con tôi cũng" in seen.content
    assert "Tôi nộp hồ sơ" not in str(seen)
    (mine,) = await service.of("web-1")
    assert (mine.supporters, mine.joined) == (1, False)


async def test_twenty_joining_at_once_with_one_key_are_one_supporter(service, operations):
    await service.lodge(draft())
    (found,) = await service.similar(draft(**SUPPORTER))
    receipts = await asyncio.gather(*(service.join(found.ref, draft(**SUPPORTER)) for _ in range(20)))
    assert len({receipt.code for receipt in receipts}) == 1
    assert len(await rows(operations, PARTY)) == 2


async def test_what_was_answered_meanwhile_is_not_joined_but_can_be_lodged(service, desk):
    owner = await service.lodge(draft())
    (found,) = await service.similar(draft(**SUPPORTER))
    await desk.answer(owner.code, "Lê C", "Kết quả đã có, mời anh/chị tới nhận.")
    for ref in (found.ref, "no such"):
        with pytest.raises(PetitionRefusedError) as caught:
            await service.join(ref, draft(**SUPPORTER))
        assert caught.value.context["faults"] == ["not_open"]
    assert not (await service.lodge(draft(**SUPPORTER))).again


async def test_only_ones_own_conversation_may_do_anything(service):
    receipt = await service.lodge(draft())
    assert (await service.add_message(receipt.code, "web-2", "Tôi xin bổ sung.", "m1")).kind is StepKind.NOT_YOURS
    assert (await service.withdraw(receipt.code, "web-2")).kind is StepKind.NOT_YOURS
    assert (await service.reopen(receipt.code, "web-2", "Chưa đúng.")).kind is StepKind.NOT_YOURS
    assert (await service.follow(receipt.code, "web-2")).kind is StepKind.NOT_YOURS
    await service.look_up(receipt.code, "4567", "web-2")
    assert (await service.add_message(receipt.code, "web-2", "Tôi xin bổ sung.", "m1")).kind is StepKind.DONE


async def test_nothing_of_the_history_can_be_changed_and_no_petition_deleted(service, operations):
    from bot.petitions.tables import TEXT

    receipt = await service.lodge(draft())
    await service.add_message(receipt.code, "web-1", "Tôi xin bổ sung.", "m1")
    forbidden = (
        EVENT.update().values(by="ai đó"),
        EVENT.delete(),
        TEXT.update().values(text="khác"),
        TEXT.delete(),
        PETITION.delete(),
        PARTY.delete(),
        PETITION.update().values(state="answered"),
        PETITION.update().values(state="closed", answer="x", answered_by=""),
        PETITION.update().values(state="refused"),
        PETITION.update().values(state="lost"),
    )
    for statement in forbidden:
        with pytest.raises(DatabaseError):
            await operations().run(lambda connection, what=statement: connection.execute(what))
    assert (await service.look_up(receipt.code, "4567", "web-1")).view.state is PetitionState.RECEIVED
