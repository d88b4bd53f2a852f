"""What becomes of a file that somebody sends: a clean JPEG, or why not."""

from __future__ import annotations

import io
import re
from contextlib import suppress

import pytest
from PIL import Image

from bot.attachments import photo
from bot.attachments.models import PhotoRefusal
from bot.attachments.photo import LONGEST_SIDE, PhotoUnfitError, prepare
from tests.fixtures import photos


def reason(data: bytes) -> PhotoRefusal:
    with pytest.raises(PhotoUnfitError) as caught:
        prepare(data)
    return caught.value.reason


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def is_red(picture: Image.Image, x: float, y: float) -> bool:
    red, green, blue = picture.getpixel((int(picture.width * x), int(picture.height * y)))
    return red > 200 and green < 60 and blue < 60


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_jpeg_that_shows_the_same(kind):
    kept = prepare(photos.encode(photos.scene(), kind))
    picture = opened(kept.data)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (640, 480))
    assert (kept.width, kept.height) == (640, 480)
    assert is_red(picture, 0.1, 0.1)
    assert not is_red(picture, 0.9, 0.9)


@pytest.mark.parametrize("make", [photos.telling_jpeg, photos.telling_png])
def test_nothing_that_tells_about_the_maker_is_left_in_the_bytes(make):
    sent = make()
    assert b"MARKER" in sent
    kept = prepare(sent).data
    for trace in (b"MARKER", b"Exif", b"xmp", b"ICC_PROFILE", b"Photoshop", b"PK\x03\x04", b"<script", b"2026:11:26"):
        assert trace not in kept, trace
    picture = opened(kept)
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_place_is_really_in_what_was_sent():
    sent = opened(photos.telling_jpeg())
    assert sent.getexif().get_ifd(0x8825)[2] == (10.0, 46.0, 35.5)
    assert all(word in photos.telling_jpeg() for word in (b"MARKER-GPS", b"MARKER-XMP", b"MARKER-COMMENT"))


def test_only_the_segments_of_a_bare_jpeg_are_left():
    data = prepare(photos.telling_jpeg()).data
    markers, at = set(), 2
    while data[at + 1] != 0xDA:
        markers.add(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    assert markers <= {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables, frame: no APP1…15, no comment
    assert data.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0.1, 0.1)), (3, (0.9, 0.9)), (6, (0.9, 0.1)), (8, (0.1, 0.9))]
)
def test_the_picture_is_upright_although_its_exif_is_gone(orientation, corner):
    picture = opened(prepare(photos.jpeg(exif=photos.exif(orientation))).data)
    assert is_red(picture, *corner)
    assert picture.size == ((480, 640) if orientation in (6, 8) else (640, 480))


def test_a_large_photo_is_made_smaller_and_a_small_one_is_left():
    kept = prepare(photos.jpeg(5000, 3000))
    assert (kept.width, kept.height) == (LONGEST_SIDE, 1229)
    assert len(kept.data) < 1_000_000
    assert (prepare(photos.jpeg(40, 30)).width) == 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_way_of_colouring_is_read(mode):
    if mode == "I;16":
        data = photos.encode(Image.new("I;16", (64, 64), 30_000), "PNG")
    else:
        data = photos.encode(photos.scene(64, 64).convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    assert opened(prepare(data).data).mode == "RGB"


def test_what_is_clear_becomes_white():
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert min(opened(prepare(photos.encode(picture, "PNG")).data).getpixel((32, 32))) > 250


def test_only_the_first_picture_of_a_moving_one_is_kept():
    frames = [photos.scene(64, 64, seed) for seed in (1, 2, 3)]
    for kind in ("WEBP", "PNG"):
        moving = photos.encode(frames[0], kind, save_all=True, append_images=frames[1:])
        assert getattr(opened(prepare(moving).data), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", PhotoRefusal.EMPTY),
        (b"\0", PhotoRefusal.NOT_A_PHOTO),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", PhotoRefusal.NOT_A_PHOTO),
        (b"%PDF-1.7\n", PhotoRefusal.NOT_A_PHOTO),
        (b"<html>", PhotoRefusal.NOT_A_PHOTO),
        (b"PK\x03\x04" + b"\0" * 40, PhotoRefusal.NOT_A_PHOTO),
        (b"MZ" + b"\0" * 40, PhotoRefusal.NOT_A_PHOTO),
        (b"RIFF\x24\0\0\0WAVEfmt ", PhotoRefusal.NOT_A_PHOTO),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 40, PhotoRefusal.NOT_A_PHOTO),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, PhotoRefusal.HEIC),
        (b"\0\0\0\x1cftypavif" + b"\0" * 40, PhotoRefusal.HEIC),
        (b"\0\0\0\x18ftypmif1" + b"\0" * 40, PhotoRefusal.HEIC),
        (b"\xff\xd8\xff", PhotoRefusal.UNREADABLE),
        (b"\xff\xd8\xff" + b"\0" * 4000, PhotoRefusal.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n", PhotoRefusal.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 4000, PhotoRefusal.UNREADABLE),
        (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, PhotoRefusal.UNREADABLE),
        (b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 40, PhotoRefusal.UNREADABLE),
    ],
)
def test_what_is_no_photo_is_told_by_its_first_bytes(data, expected):
    assert reason(data) is expected


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM", "PDF"])
def test_other_pictures_are_not_taken(kind):
    assert reason(photos.encode(photos.scene(64, 64), kind)) is PhotoRefusal.NOT_A_PHOTO


def test_a_file_cut_off_anywhere_is_refused_or_read_and_never_breaks():
    for data in (
        photos.jpeg(200, 150),
        photos.encode(photos.scene(200, 150), "PNG"),
        photos.encode(photos.scene(200, 150), "WEBP"),
    ):
        for share in (0.02, 0.1, 0.5, 0.9):
            assert reason(data[: int(len(data) * share)]) is PhotoRefusal.UNREADABLE


def test_flipped_bytes_never_break_it(monkeypatch):
    monkeypatch.setattr(photo, "refusal_for_codes", lambda picture: None)  # what is broken is decoding
    monkeypatch.setattr(photo, "refusal_for_words", lambda picture: None)
    whole = bytearray(photos.telling_jpeg())
    for at in range(2, 3000, 13):
        data = bytearray(whole)
        data[at] ^= 0xFF
        with suppress(PhotoUnfitError):
            assert opened(prepare(bytes(data)).data).format == "JPEG"


def test_a_decompression_bomb_is_refused_before_it_goes_off():
    data = photos.bomb()
    assert len(data) < 1_000_000
    assert reason(data) is PhotoRefusal.TOO_MANY_PIXELS


def test_the_limit_of_pixels_holds_for_every_format(monkeypatch):
    monkeypatch.setattr(photo, "MOST_PIXELS", 640 * 480 - 1)
    for kind in ("JPEG", "PNG", "WEBP"):
        assert reason(photos.encode(photos.scene(), kind)) is PhotoRefusal.TOO_MANY_PIXELS


def test_a_polyglot_is_only_its_picture_afterwards():
    """A JPEG that is a page and an archive as well: in a comment, and behind its end."""
    page = b"<html><script>alert(document.domain)</script></html>"
    sent = photos.jpeg(comment=page) + b"PK\x05\x06" + b"\0" * 18
    kept = prepare(sent).data
    assert page in sent
    assert re.search(rb"<html|<script|PK\x05\x06", kept) is None
    assert kept.endswith(b"\xff\xd9")


def test_a_very_long_narrow_picture_is_kept_small():
    kept = prepare(photos.encode(Image.new("RGB", (20_000, 2), "blue"), "PNG"))
    assert (kept.width, kept.height) == (LONGEST_SIDE, 1)
