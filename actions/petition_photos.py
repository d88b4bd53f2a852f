"""Photos of a petition: whether they can be sent at all. The one place that knows."""

from __future__ import annotations

from actions.switching import when_off
from bot.services import Services
from bot.staff.models import Feature


async def can_send_photos(services: Services) -> bool:
    """Say whether there is a store for photos and it is switched on; else the step is left out."""
    return getattr(services, "attachments", None) is not None and await when_off(services, Feature.PHOTOS) is None
