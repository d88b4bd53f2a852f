"""Puts the service together from the settings."""

from __future__ import annotations

from collections.abc import Callable

from bot.attachments.cipher import Cipher
from bot.attachments.service import Attachments
from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.settings import Settings
from bot.store.engine import Database

KEY_FILE = "photo_key"


def build_attachments(settings: Settings, database: Callable[[], Database], clock: Clock) -> Attachments:
    """The real service."""
    return Attachments(database, build_cipher(settings), clock)


def build_cipher(settings: Settings) -> Cipher:
    """Keys: those of the setting; and the one in the data folder, made where there is no other.

    So photos from before the setting was made still open.
    """
    keys = [key.encode("utf-8") for key in settings.photo_keys]
    if not keys or (settings.data_dir / KEY_FILE).exists():
        keys.append(load_key("", settings.data_dir, KEY_FILE))
    return Cipher(keys)
