"""The look of the pages about one's data: one style sheet inside each page, and the policy that allows nothing else.

Inside, since such a page is also kept as a file, printed, and shown where nothing else of ours is fetched from.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

STYLE = Markup("\n" + Path(__file__).with_name("page.css").read_text("utf-8"))  # noqa: S704 - a file of ours
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
