"""The signature over a webhook's raw bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.zalo.signature import is_signed, mac_of

BODY = '{"app_id":"12","event_name":"user_send_text","message":{"text":"Chào anh/chị"}}'.encode()


def test_all_vectors_made_by_zalos_own_helpers(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "zalo" / "signature_vectors.json").read_text(encoding="utf-8"))["vectors"]
    assert len(vectors) == 18
    for vector in vectors:
        told = is_signed(
            vector["value"], vector["app_id"], vector["raw_body"].encode(), vector["timestamp"], vector["oa_secret_key"]
        )
        assert told is bool(vector["valid"]), vector["name"]


def test_a_signature_of_ours_is_the_plain_hash_of_the_joined_text() -> None:
    assert is_signed(f"mac={mac_of('12', BODY, '1764120000000', 'khoá')}", "12", BODY, "1764120000000", "khoá")


@pytest.mark.parametrize("header", [None, "", "mac=", "mac=xyz", "mac=" + "0" * 64, "0" * 63, "mac=" + "é" * 64])
def test_anything_else_is_refused(header: str | None) -> None:
    assert not is_signed(header, "12", BODY, "1764120000000", "khoá")


def test_an_empty_key_signs_nothing() -> None:
    assert not is_signed(f"mac={mac_of('12', BODY, '1', '')}", "12", BODY, "1", "")


def test_one_byte_more_is_another_body() -> None:
    header = f"mac={mac_of('12', BODY, '1', 'k')}"
    assert not is_signed(header, "12", BODY + b"\n", "1", "k")
