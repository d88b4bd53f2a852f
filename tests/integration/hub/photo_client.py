"""A widget that sends photos: the HTTP side of docs/web-chat.md."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from bot.attachments.tables import ATTACHMENT

ASKING = {"text": "Anh/chị gửi ảnh giúp tôi.", "expects": ["photos"]}


class PhotoClient:
    """Plays one citizen: a socket (`widget`) and requests with its token."""

    def __init__(self, session, url, widget, rasa):
        self.session, self.url, self.widget, self.rasa = session, url, widget, rasa
        self.origin = url

    async def be_asked(self, text="gửi ảnh"):
        self.rasa.replies[text] = [{"custom": ASKING}]
        await self.widget.say(text)
        return await self.widget.until("assistant")

    def headers(self, token=None, origin=None):
        token = self.widget.token if token is None else token
        headers = {"Authorization": f"Bearer {token}", "Origin": origin or self.origin}
        return {name: value for name, value in headers.items() if value}

    async def put(self, data, upload_id=None, **changes):
        """(status, answer)"""
        address = f"{self.url}/chat/photos/{upload_id or uuid.uuid4()}"
        async with self.session.put(address, data=data, headers=self.headers(**changes)) as response:
            return response.status, await response.json()

    async def send(self, data, upload_id=None):
        """The id of a photo that was taken."""
        status, answer = await self.put(data, upload_id)
        assert status in (200, 201), answer
        return answer["id"]

    async def get(self, name, **changes):
        """(status, headers, body)"""
        async with self.session.get(f"{self.url}/chat/photos/{name}", headers=self.headers(**changes)) as response:
            return response.status, response.headers, await response.read()

    async def delete(self, name, **changes):
        async with self.session.delete(f"{self.url}/chat/photos/{name}", headers=self.headers(**changes)) as response:
            return response.status

    async def give(self, *ids, client_id=None):
        client_id = client_id or str(uuid.uuid4())
        await self.widget.send(type="photos", id=client_id, photos=list(ids))
        return client_id


async def rows(database, table=ATTACHMENT):
    return await database.run(lambda connection: connection.execute(select(table)).all())


async def sender_of(database):
    return (await rows(database))[0].sender
