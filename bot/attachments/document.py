"""An officer's file → a clean JPEG or PDF, or why not. Runs in a process of its own (examiner.py).

A PDF is made anew of its pages alone: what belongs to the document (scripts, forms, embedded files, actions on opening)
and every annotation (links, further actions) stays behind, the text stays text. Then every object of the new file is
looked at: one that still acts refuses it. Pages get the same look as photos, the first ones also for printed words.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import PSLiteral

from bot.attachments.codes import refusal_for_codes
from bot.attachments.models import MOST_BYTES, MOST_PAGES, PDF, PhotoRefusal, Prepared
from bot.attachments.photo import PhotoUnfitError, prepare
from bot.attachments.printed import refusal_for_words

_SIDE = 1600
"""Pixels of a page's longest side while it is looked at."""
_READ_PAGES, _READ_SECONDS = 2, 12.0
_ACTS = frozenset(
    (
        "JS",
        "JavaScript",
        "Launch",
        "EmbeddedFile",
        "EmbeddedFiles",
        "OpenAction",
        "AA",
        "RichMedia",
        "XFA",
        "SubmitForm",
        "ImportData",
        "GoToR",
        "GoToE",
        "URI",
        "Movie",
        "Sound",
        "Rendition",
        "AcroForm",
    )
)
_MOST_OBJECTS = 50_000


def prepare_file(data: bytes) -> Prepared:
    """Return a picture or a PDF as it may be kept. Raises `PhotoUnfitError`."""
    return _prepare_pdf(data) if data.startswith(b"%PDF-") else prepare(data)


def _prepare_pdf(data: bytes) -> Prepared:
    try:
        came = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise PhotoUnfitError(PhotoRefusal.LOCKED if locked else PhotoRefusal.UNREADABLE) from error
    pages = len(came)
    if pages > MOST_PAGES:
        raise PhotoUnfitError(PhotoRefusal.TOO_MANY_PAGES)
    try:
        if not pages:
            raise PhotoUnfitError(PhotoRefusal.EMPTY)
        _look_at(came)
        made = _made_anew(came)
        if _acts(made):
            raise PhotoUnfitError(PhotoRefusal.UNREADABLE)
    except (PhotoUnfitError, MemoryError):
        raise
    except Exception as error:  # parsers raise whatever they like over a broken file
        raise PhotoUnfitError(PhotoRefusal.UNREADABLE) from error
    if len(made) > MOST_BYTES:
        raise PhotoUnfitError(PhotoRefusal.TOO_BIG)
    return Prepared(made, 0, pages, PDF)


def _look_at(document: pypdfium2.PdfDocument) -> None:
    began = time.monotonic()
    for number in range(len(document)):
        page = document[number]
        longest = max(page.get_size())
        if not 1 <= longest <= 14400:  # points; what the format allows
            raise PhotoUnfitError(PhotoRefusal.UNREADABLE)
        picture = page.render(scale=_SIDE / longest, may_draw_forms=False).to_pil().convert("RGB")
        refusal = refusal_for_codes(picture)
        if refusal is None and number < _READ_PAGES and time.monotonic() - began < _READ_SECONDS:
            refusal = refusal_for_words(picture)
        if refusal is not None:
            raise PhotoUnfitError(refusal)


def _made_anew(came: pypdfium2.PdfDocument) -> bytes:
    made = pypdfium2.PdfDocument.new()
    made.import_pages(came)
    for page in made:
        for _ in range(pdfium.FPDFPage_GetAnnotCount(page)):
            pdfium.FPDFPage_RemoveAnnot(page, 0)
    file = io.BytesIO()
    made.save(file)
    # Opened and saved once more: objects that nothing names any more are then left out by the writer.
    again = pypdfium2.PdfDocument.new()
    again.import_pages(pypdfium2.PdfDocument(file.getvalue()))
    file = io.BytesIO()
    again.save(file)
    return file.getvalue()


def _acts(data: bytes) -> bool:
    """Say whether any object of a PDF holds an action, a script or another file."""
    document = PDFDocument(PDFParser(io.BytesIO(data)))
    numbers = {number for table in document.xrefs for number in table.get_objids()}
    if len(numbers) > _MOST_OBJECTS:
        return True
    return any(name in _ACTS for number in numbers for name in _names(document.getobj(number)))


def _names(found: object) -> Iterator[str]:
    """Names that a PDF's object holds, as keys and as values, to the bottom; references are objects of their own."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, PDFStream):
            one = one.attrs
        if isinstance(one, dict):
            yield from (str(key) for key in one)
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, PSLiteral):
            yield one.name if isinstance(one.name, str) else one.name.decode("latin-1")
