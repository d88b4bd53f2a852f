"""`python -m bot.attachments.examiner [file]`: one photo in on stdin, on stdout one line of JSON and the clean JPEG.

file: officers' files, which may also be PDFs.

A process for each photo, with little memory and time and without secrets in its environment: a file made to break a
decoder breaks this process, and nothing else.
"""

from __future__ import annotations

import json
import resource
import sys

from bot.attachments.models import MOST_BYTES, PhotoRefusal, Prepared
from bot.attachments.photo import PhotoUnfitError, prepare

MEMORY_BYTES = 1024**3
PROCESSOR_SECONDS = 30


def main() -> int:
    """Judge what comes on stdin."""
    _bound(resource.RLIMIT_AS, MEMORY_BYTES)
    _bound(resource.RLIMIT_CPU, PROCESSOR_SECONDS)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_CORE, 0)  # a dump would hold the picture
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        photo = _prepare_file(data) if sys.argv[1:] == ["file"] else prepare(data)
    except PhotoUnfitError as error:
        return _tell({"refusal": error.reason.value})
    except MemoryError:
        return _tell({"refusal": PhotoRefusal.TOO_MANY_PIXELS.value})
    facts = {"width": photo.width, "height": photo.height, "content_type": photo.content_type}
    return _tell(facts, photo.data)


def _prepare_file(data: bytes) -> Prepared:
    from bot.attachments.document import prepare_file  # what reads PDFs is not loaded for photos

    return prepare_file(data)


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _tell(verdict: dict[str, object], data: bytes = b"") -> int:
    sys.stdout.buffer.write(json.dumps(verdict).encode("ascii") + b"\n" + data)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
