"""Secrets: what tokens are signed and look-ups are hashed with, and what photos are encrypted with."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def load_key(secret: str, data_dir: Path, name: str = "secret") -> bytes:
    """The key: the setting, or else a random one made once and kept in `data_dir/NAME` (mode 0600)."""
    if secret:
        return secret.encode("utf-8")
    path = data_dir / name
    if not path.exists():
        _make_key_file(path)
    return path.read_bytes()


def _make_key_file(path: Path) -> None:
    """Written whole under another name first: of two processes that start at once, both read the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
