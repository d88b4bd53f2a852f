"""Which addresses a photo is fetched from, and which never."""

from __future__ import annotations

import pytest

from bot.errors import ZaloMediaError
from bot.zalo.media import Media, PublicResolver


class Names:
    """A resolver that knows every name, at the addresses that it is given."""

    def __init__(self, *addresses):
        self.addresses = addresses
        self.asked = []

    async def resolve(self, host, port=0, family=0):
        self.asked.append(host)
        return [
            {"hostname": host, "host": one, "port": port, "family": 2, "proto": 0, "flags": 0} for one in self.addresses
        ]

    async def close(self):
        pass


@pytest.mark.parametrize(
    "address",
    [
        "http://s120.zdn.vn/a.jpg",
        "https://s120.zdn.vn:8443/a.jpg",
        "https://zdn.vn@evil.example/a.jpg",
        "https://u:p@s120.zdn.vn/a.jpg",
        "https://evilzdn.vn/a.jpg",
        "https://zdn.vn.evil.example/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "file:///etc/passwd",
        "/a.jpg",
        "",
        "https://",
        "nonsense",
        "https://[bad/a.jpg",
    ],
)
async def test_other_addresses_are_refused_before_anybody_is_asked(address):
    names = Names("8.8.8.8")
    with pytest.raises(ZaloMediaError):
        await Media(resolver=names).fetch(address, 1000)
    assert names.asked == []


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "0.0.0.0"]
)
async def test_a_name_of_zalos_that_points_inside_is_not_connected_to(inside):
    names = Names("8.8.8.8", inside)
    with pytest.raises(ZaloMediaError) as caught:
        await Media(resolver=names).fetch("https://s120.zdn.vn/a.jpg", 1000)
    assert caught.value.context["refused"] is False
    assert names.asked == ["s120.zdn.vn"]
    with pytest.raises(OSError, match="no public address"):
        await PublicResolver(names).resolve("s120.zdn.vn", 443)
