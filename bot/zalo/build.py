"""The account's tokens, put together from the settings: for the channel and for the commands."""

from __future__ import annotations

import os
import socket

from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.ops.sealing import Sealer
from bot.settings import Settings
from bot.store.engine import Database
from bot.zalo.oauth import OAuth
from bot.zalo.tokens import Tokens


def build_tokens(settings: Settings, database: Database, clock: Clock) -> Tokens:
    """Return the tokens in `database`."""
    zalo = settings.zalo
    sealer = Sealer(load_key(settings.secret, settings.data_dir), "zalo-token")
    oauth = OAuth(zalo.oauth_url, zalo.app_id, zalo.app_secret)
    return Tokens(lambda: database, oauth, sealer, clock, zalo.app_id, process_name())


def process_name() -> str:
    """Return what leases of this process are signed with."""
    return f"{socket.gethostname()}:{os.getpid()}"[:128]
