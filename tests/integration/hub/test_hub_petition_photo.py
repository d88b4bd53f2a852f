"""A photo from the widget to the petition: through the hub and the talk to the desk, on both databases."""

from __future__ import annotations

import io
import re

import pytest
import pytest_asyncio
from photo_client import PhotoClient
from PIL import Image

from bot.attachments.models import PhotoState
from bot.nlu.petition_kind import guess_kind, is_urgent
from bot.petitions.desk import Filter
from bot.services import build_case_services
from bot.settings import Settings
from tests.fixtures import photos
from tests.fixtures.acting_rasa import ActingRasa
from tests.fixtures.petition_chat import NAME, PHONE, STORY


@pytest_asyncio.fixture
async def rasa():
    acting = ActingRasa()
    acting.intents[STORY] = "lodge_petition"
    guess_kind(STORY), is_urgent(STORY)  # learned at first use, which takes longer than a widget waits here
    await acting.start()
    yield acting
    await acting.stop()


@pytest_asyncio.fixture
async def services(environment, rasa):
    """The assistant's side: the same database and keys as the hub's, over connections of its own."""
    rasa.services = build_case_services(Settings.from_env(environment))
    yield rasa.services
    await rasa.services.close()


class Citizen(PhotoClient):
    """Talks and taps; `said`: the newest message of the assistant."""

    said = None

    async def talk(self, text):
        await self.widget.say(text)
        return await self.hear()

    async def tap(self, title):
        titles = [one["title"] for one in self.said["content"]["buttons"]]
        await self.widget.press(self.said["seq"], titles.index(title))
        return await self.hear()

    async def hear(self):
        """The last message of an answer that may be several."""
        self.said = await self.widget.until("assistant")
        await self.widget.quiet()
        self.said = next(one for one in reversed(self.widget.messages) if one["role"] == "assistant")
        return self.said["content"]["text"]


@pytest.fixture
def citizen(session, hub_url, widget, rasa, services):
    return Citizen(session, hub_url, widget, rasa)


async def to_the_photos(citizen):
    await citizen.talk(STORY)
    await citizen.tap("Đồng ý")
    await citizen.talk(NAME)
    assert "Anh/chị xem lại" in await citizen.talk(PHONE)
    assert "gửi ảnh" in await citizen.tap("Thêm ảnh")


@pytest.mark.requirement("R-25")
async def test_a_photo_that_was_sent_is_found_at_the_petition(citizen, services):
    await to_the_photos(citizen)
    first, second = await citizen.send(photos.jpeg()), await citizen.send(photos.telling_png())
    await citizen.give(first, second)
    assert "Ảnh: 2" in await citizen.hear()
    receipt = await citizen.tap("Gửi phản ánh này")
    code = re.search(r"PA-\w{4}-\w{4}", receipt).group()
    petition, _ = await services.petition_parts.desk.get(code)
    assert petition.attachments == (first, second)
    found = await services.attachments.of_owner("petition", code)
    assert [(one.id, one.state) for one in found] == [(first, PhotoState.ATTACHED), (second, PhotoState.ATTACHED)]
    for one in found:
        data = (await services.attachments.open(one.id)).data
        assert Image.open(io.BytesIO(data)).size == (640, 480)
        assert b"MARKER" not in data
    assert await services.attachments.remove_stale() == 0
    again = await citizen.talk("gửi đi")
    assert code in again
    assert len(await services.petition_parts.desk.find(Filter())) == 1


async def test_photos_of_a_petition_that_was_cancelled_belong_to_nothing(citizen, services, rasa):
    await to_the_photos(citizen)
    photo = await citizen.send(photos.jpeg())
    await citizen.give(photo)
    await citizen.hear()
    await citizen.tap("Huỷ")
    await citizen.tap("Huỷ hẳn")
    assert await services.petition_parts.desk.find(Filter()) == []
    (sender,) = rasa.slots
    (kept,) = await services.attachments.pending_of(sender, [photo])
    assert (kept.id, kept.state) == (photo, PhotoState.PENDING)


async def test_photos_are_not_taken_before_they_are_asked_for(citizen):
    await citizen.talk(STORY)
    status, _ = await citizen.put(photos.jpeg())
    assert status == 409
