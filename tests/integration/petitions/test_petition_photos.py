"""Photos belong to a petition from the transaction that stores it, and go with its words."""

from __future__ import annotations

import pytest

from bot.attachments.build import build_attachments
from bot.attachments.models import PhotoState, Prepared
from bot.errors import PetitionRefusedError
from bot.petitions.models import Contact, ContactKind
from tests.fixtures.petitions import draft
from tests.fixtures.photos import jpeg

BY = "Lê Văn C"


@pytest.fixture
def attachments(settings, operations, clock):
    return build_attachments(settings, operations, clock)


@pytest.fixture
def keep(attachments):
    async def work(upload, sender="web-1"):
        return (await attachments.keep(sender, upload, Prepared(jpeg(32, 32), 32, 32))).id

    return work


async def states(attachments, code):
    return [one.state for one in await attachments.of_owner("petition", code)]


async def test_only_ones_own_photos_come_with_it_once(service, desk, attachments, keep):
    mine, others = await keep("a"), await keep("b", "web-2")
    one = draft(attachments=(mine, others, "no such"))
    receipt = await service.lodge(one)
    await service.lodge(one)
    petition, _ = await desk.get(receipt.code)
    assert petition.attachments == (mine,)
    assert await states(attachments, receipt.code) == [PhotoState.ATTACHED]
    more = await keep("c")
    for _ in range(2):
        await service.add_message(receipt.code, "web-1", "", "m1", (more, others))
    petition, history = await desk.get(receipt.code)
    assert petition.attachments == (mine, more)
    assert len(history) == 2


async def test_what_is_not_lodged_leaves_its_photos_as_they_were(service, desk, attachments, keep):
    owner = await service.lodge(draft())
    other = draft(key="k2", sender="web-2", contact=Contact(ContactKind.PHONE, "0907654321"))
    (found,) = await service.similar(other)
    await desk.answer(owner.code, BY, "Hồ sơ đã xong, mời anh/chị tới nhận.")
    photo = await keep("a", "web-2")
    with pytest.raises(PetitionRefusedError):
        await service.join(found.ref, draft(**{**vars(other), "attachments": (photo,)}))
    assert await states(attachments, owner.code) == []
    own = await service.lodge(draft(**{**vars(other), "attachments": (photo,)}))
    assert await states(attachments, own.code) == [PhotoState.ATTACHED]


@pytest.mark.requirement("R-26")
async def test_a_denunciation_loses_its_photos_and_so_does_what_is_old(service, parts, desk, attachments, keep, clock):
    refused = await service.lodge(draft(attachments=(await keep("a"),)))
    await desk.refuse(refused.code, BY, "denunciation")
    assert await states(attachments, refused.code) == [PhotoState.ERASED]
    old = await service.lodge(draft(key="k2", attachments=(await keep("b"),)))
    await desk.refuse(old.code, BY, "city_services")
    assert await states(attachments, old.code) == [PhotoState.ATTACHED]
    clock.set(2028, 12, 20, 3)
    assert await parts.retention.forget_old() == 2
    assert await states(attachments, old.code) == [PhotoState.ERASED]
    assert (await desk.get(old.code))[0].attachments == ()
