"""`python -m tools.vendor`: fetch the console's two browser libraries from npm, and write what was fetched down.

For who updates them; nothing else needs npm. The files are committed, and a test recomputes their sums.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import sys
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from knowledge.settings import ROOT

FOLDER = ROOT / "bot" / "console" / "static" / "vendor"
MANIFEST = FOLDER / "MANIFEST.json"
REGISTRY = "https://registry.npmjs.org"


@dataclass(frozen=True)
class Package:
    """An exact version. files: what the browser loads, as it lies in the package."""

    name: str
    version: str
    files: tuple[str, ...]
    licence_file: str

    @property
    def folder(self) -> str:
        """Where its files go: the version is part of every address, so they may be kept for ever."""
        return f"{self.name.strip('@').replace('/', '-')}-{self.version}"


PACKAGES = (
    Package("htmx.org", "2.0.11", ("dist/htmx.min.js",), "LICENSE"),
    Package("@picocss/pico", "2.1.1", ("css/pico.min.css",), "LICENSE.md"),
)


def main() -> int:
    """Fetch everything anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    entries = [entry for package in PACKAGES for entry in fetch(package)]
    MANIFEST.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for entry in entries:
        print(entry["path"], entry["sha256"][:12])
    return 0


def fetch(package: Package) -> list[dict[str, str]]:
    """Fetch one package, check it against the registry's sum, and return the manifest's entries."""
    about = json.loads(_get(f"{REGISTRY}/{package.name}/{package.version}"))
    data = _get(about["dist"]["tarball"])
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode("ascii")
    if integrity != about["dist"]["integrity"]:
        raise ValueError(f"{package.name}: the tarball is not what the registry says")
    target = FOLDER / package.folder
    target.mkdir(parents=True)
    entries = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for name in (*package.files, package.licence_file):
            member = archive.extractfile(f"package/{name}")
            if member is None:
                raise ValueError(f"{package.name}: no {name}")
            path = target / Path(name).name
            # Texts of licences may end without a line end.
            content = member.read().rstrip() + b"\n"
            path.write_bytes(content)
            entries.append(
                {
                    "path": path.relative_to(FOLDER).as_posix(),
                    "package": f"{package.name}@{package.version}",
                    "integrity": integrity,
                    "licence": about["license"],
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
    return entries


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - always the registry
        return answer.read()


if __name__ == "__main__":
    sys.exit(main())
