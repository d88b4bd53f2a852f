"""Photos of a petition: whether they can be sent at all. The one place that knows."""

from __future__ import annotations

from bot.services import Services


def can_send_photos(services: Services) -> bool:
    """Say whether there is a store for photos; where there is none, the step is left out."""
    return getattr(services, "attachments", None) is not None
