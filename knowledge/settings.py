"""Where the catalogue is. The only module of `knowledge` that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTENT_DIR = Path(__file__).resolve().parent / "content"


def limit_threads() -> None:
    """Give libraries one thread, unless the operator says otherwise; to be called before they are imported.

    The sentence encoder's threads hinder each other on small machines: ten times slower with two on two cores.
    Products of our size gain nothing from a second thread, and OpenBLAS's waiting ones burn the other core.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@dataclass(frozen=True)
class PortalSettings:
    """How the national portal's interface is spoken to.

    url: base address. pause: seconds between two requests (the portal asks for 0.3 to 0.5).
    timeout: seconds for one request. page_size: entries of the list at a time.
    backoff: seconds to wait before each further try of a request that was blocked or failed.
    user_agent: the portal's firewall blocks short ones; name the operator where there is an agreement.
    """

    url: str = "https://dichvucong.gov.vn"
    pause: float = 0.4
    timeout: float = 30.0
    page_size: int = 50
    backoff: tuple[float, ...] = (1.0, 5.0, 15.0)
    user_agent: str = (
        "TroLyMotCua/1.0 (tro ly huong dan thu tuc hanh chinh TP. Ho Chi Minh; doc danh muc thu tuc cong khai, "
        "tung yeu cau mot, co gian cach)"
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> PortalSettings:
        """Read `MOTCUA_PORTAL_URL`, `…_PAUSE_MS`, `…_TIMEOUT_S`, `…_PAGE_SIZE`, `…_BACKOFF_S`, `…_USER_AGENT`."""
        env = os.environ if env is None else env
        url = (env.get("MOTCUA_PORTAL_URL") or cls.url).rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"MOTCUA_PORTAL_URL must begin with http:// or https://, not {url!r}")
        name = "MOTCUA_PORTAL_BACKOFF_S"
        return cls(
            url=url,
            pause=_number(env, "MOTCUA_PORTAL_PAUSE_MS", 400, 0, 60_000) / 1000,
            timeout=_number(env, "MOTCUA_PORTAL_TIMEOUT_S", 30, 0.1, 600),
            page_size=int(_number(env, "MOTCUA_PORTAL_PAGE_SIZE", 50, 1, 500)),
            backoff=tuple(_number({name: part}, name, 1, 0, 3600) for part in (env.get(name) or "1 5 15").split()),
            user_agent=env.get("MOTCUA_PORTAL_USER_AGENT") or cls.user_agent,
        )


def _number(env: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}, not {text!r}")
    return value


@dataclass(frozen=True)
class CatalogueSettings:
    """Settings of the catalogue.

    catalogue_url: SQLAlchemy address of the catalogue's database.
    stale_after_days: calendar days after which an unconfirmed record is called stale
        (30 by proposal of the requirements table, R-05).
    editor: who is at work, for the history of changes.
    curated_dir: folder of the curated records; the shipped ones unless an office keeps its own.
    sync_dir: where an interrupted sync keeps what it has fetched.
    index_dir: where the search index is kept. vectors: whether sentence vectors are used, where installed.
    """

    catalogue_url: str
    stale_after_days: int = 30
    editor: str = ""
    curated_dir: Path = CONTENT_DIR / "procedures"
    sync_dir: Path = ROOT / "var" / "sync"
    index_dir: Path = ROOT / "var" / "index"
    vectors: bool = True

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> CatalogueSettings:
        """Read `MOTCUA_CATALOGUE_URL`, `MOTCUA_STALE_AFTER_DAYS`, `…_EDITOR`, `…_CURATED_DIR`, `…_VECTORS`."""
        env = os.environ if env is None else env
        days = env.get("MOTCUA_STALE_AFTER_DAYS") or "30"
        if not days.isdecimal():
            raise ValueError(f"MOTCUA_STALE_AFTER_DAYS must be a whole number of days, not {days!r}")
        vectors = env.get("MOTCUA_VECTORS") or "auto"
        if vectors not in ("auto", "off"):
            raise ValueError(f"MOTCUA_VECTORS must be auto or off, not {vectors!r}")
        data_dir = Path(env.get("MOTCUA_DATA_DIR") or ROOT / "var")
        return cls(
            catalogue_url=env.get("MOTCUA_CATALOGUE_URL") or f"sqlite:///{data_dir / 'catalogue.db'}",
            stale_after_days=int(days),
            editor=env.get("MOTCUA_EDITOR") or "",
            sync_dir=data_dir / "sync",
            index_dir=data_dir / "index",
            vectors=vectors == "auto",
            curated_dir=Path(env.get("MOTCUA_CURATED_DIR") or CONTENT_DIR / "procedures"),
        )
