"""Officers' files: what is kept of a PDF, and what is not taken."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image

from bot.attachments.document import _acts, prepare_file
from bot.attachments.models import PDF, PhotoRefusal
from bot.attachments.photo import PhotoUnfitError
from tests.fixtures import documents, photos


def refused(data):
    with pytest.raises(PhotoUnfitError) as caught:
        prepare_file(data)
    return caught.value.reason


def test_a_pdf_is_made_anew_of_its_pages():
    made = prepare_file(documents.pdf(2))
    assert (made.content_type, made.height) == (PDF, 2)
    assert made.data.startswith(b"%PDF-")
    assert len(pypdfium2.PdfDocument(made.data)) == 2


def test_what_acts_stays_behind_and_the_text_stays_text():
    came = documents.acting_pdf()
    assert _acts(came)
    made = prepare_file(came)
    for trace in (b"app.alert", b"evil.example", b"a.exe", b"EmbeddedFile", b"OpenAction", b"XFA"):
        assert trace not in made.data, trace
    text = pypdfium2.PdfDocument(made.data)[0].get_textpage().get_text_range()
    assert text.strip() == "LE PHI 15000"


def test_pictures_are_taken_like_photos():
    png = photos.encode(photos.scene(), "PNG")
    made = prepare_file(png)
    assert made.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(made.data)).format == "JPEG"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", PhotoRefusal.EMPTY),
        (b"MZ\x90\x00", PhotoRefusal.NOT_A_PHOTO),
        (b"<html><script>alert(1)</script>", PhotoRefusal.NOT_A_PHOTO),
        (b"PK\x03\x04 a document of words", PhotoRefusal.NOT_A_PHOTO),
        (b"%PDF-1.7\n%%EOF", PhotoRefusal.UNREADABLE),
        (documents.pdf(1)[:900], PhotoRefusal.UNREADABLE),
    ],
)
def test_what_is_no_file_of_ours_is_refused(data, reason):
    assert refused(data) is reason


def test_too_many_pages_and_papers_of_identity_are_refused():
    small = [Image.new("RGB", (20, 20), "white")] * 21
    assert refused(documents.pdf_of(*small)) is PhotoRefusal.TOO_MANY_PAGES
    assert refused(documents.pdf_of(photos.code_on_scene(photos.CARD))) is PhotoRefusal.IDENTITY_PAPER
