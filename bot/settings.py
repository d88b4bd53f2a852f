"""Every setting of the application, read once from the environment. Declared in declared_settings.yml."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.errors import SettingInvalidError
from knowledge.processors import available_processors
from knowledge.settings import ROOT, CatalogueSettings

_TOKEN = "MOTCUA_CASE_TOKEN_"  # noqa: S105 - the beginning of a variable's name
ACTION_MODES = ("in_process", "http")
MOST_UNASKED = 2
"""So many processes of Rasa serve unless a setting says otherwise: databases and hubs need processors, too."""


@dataclass(frozen=True)
class ZaloSettings:
    """The Official Account: off while it has no application id. per_minute: calls of all processes together."""

    app_id: str
    app_secret: str
    oa_secret: str
    api_url: str
    template_url: str
    oauth_url: str
    redirect_url: str
    media_hosts: tuple[str, ...]
    buttons: bool
    paid: bool
    per_minute: int
    replay_hours: int
    templates_file: Path | None

    @property
    def on(self) -> bool:
        """Whether the channel is set up."""
        return bool(self.app_id)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ZaloSettings:
        """Read the `MOTCUA_ZALO_…` variables."""
        app_id = (env.get("MOTCUA_ZALO_APP_ID") or "").strip()
        secrets = {name: env.get(name) or "" for name in ("MOTCUA_ZALO_APP_SECRET", "MOTCUA_ZALO_OA_SECRET")}
        missing = [name for name, value in secrets.items() if not value]
        if app_id and missing:
            raise SettingInvalidError(f"MOTCUA_ZALO_APP_ID is set, so {' and '.join(missing)} must be set too")
        return cls(
            app_id=app_id,
            app_secret=secrets["MOTCUA_ZALO_APP_SECRET"],
            oa_secret=secrets["MOTCUA_ZALO_OA_SECRET"],
            api_url=(env.get("MOTCUA_ZALO_API_URL") or "https://openapi.zalo.me").rstrip("/"),
            template_url=(env.get("MOTCUA_ZALO_TEMPLATE_URL") or "https://business.openapi.zalo.me").rstrip("/"),
            oauth_url=(env.get("MOTCUA_ZALO_OAUTH_URL") or "https://oauth.zaloapp.com").rstrip("/"),
            redirect_url=env.get("MOTCUA_ZALO_REDIRECT_URL") or "",
            media_hosts=tuple(filter(None, map(str.strip, (env.get("MOTCUA_ZALO_MEDIA_HOSTS") or "").split(",")))),
            buttons=_on(env, "MOTCUA_ZALO_BUTTONS", "on"),
            paid=_on(env, "MOTCUA_ZALO_PAID", "off"),
            per_minute=_between(env, "MOTCUA_ZALO_PER_MINUTE", 1000, 1, 4000),
            replay_hours=_between(env, "MOTCUA_ZALO_REPLAY_HOURS", 6, 2, 48),
            templates_file=Path(env["MOTCUA_ZALO_TEMPLATES"]) if env.get("MOTCUA_ZALO_TEMPLATES") else None,
        )


@dataclass(frozen=True)
class Settings:
    """Frozen settings; see `from_env` for the variable behind each field."""

    data_dir: Path
    catalogue: CatalogueSettings
    database_url: str
    tracker_url: str
    web_host: str
    web_port: int
    rasa_port: int
    rasa_url: str
    rasa_workers: int
    model_dir: Path
    actions: str
    actions_url: str
    secret: str
    allowed_origins: tuple[str, ...]
    log_level: str
    case_gateways: str
    case_tokens: Mapping[str, str]
    jobs: bool
    petition_official: bool
    petition_routing: str
    petition_reopen_days: int
    photo_keys: tuple[str, ...]
    feedback_days: int
    feedback_kept_days: int
    conversation_kept_days: int
    public_url: str
    teams_file: Path | None
    shifts_file: Path | None
    tips: bool
    zalo: ZaloSettings
    desk_demo: bool
    approval_seconds: int
    open_data_licence: str
    data_officer: str
    backups_dir: Path | None
    backup_keys: tuple[str, ...]
    metrics_token: str
    redis_url: str
    endpoints_file: Path
    jit: bool

    @property
    def action_urls(self) -> tuple[str, ...]:
        """The action servers of `actions_url`: one, or several by commas."""
        return tuple(self.actions_url.replace(",", " ").split())

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read all `MOTCUA_…` variables; raise `SettingInvalidError` naming the variable that is wrong."""
        env = os.environ if env is None else env
        data_dir = Path(env.get("MOTCUA_DATA_DIR") or ROOT / "var")
        rasa_port = _port(env, "MOTCUA_RASA_PORT", 5005)
        actions = env.get("MOTCUA_ACTIONS") or "in_process"
        if actions not in ACTION_MODES:
            raise SettingInvalidError(f"MOTCUA_ACTIONS must be one of {', '.join(ACTION_MODES)}, not {actions!r}")
        try:
            catalogue = CatalogueSettings.from_env(env)
        except ValueError as error:
            raise SettingInvalidError(str(error)) from error
        origins = (env.get("MOTCUA_ALLOWED_ORIGINS") or "").replace(",", " ").split()
        return cls(
            data_dir=data_dir,
            catalogue=catalogue,
            database_url=env.get("MOTCUA_DATABASE_URL") or f"sqlite:///{data_dir / 'operations.db'}",
            tracker_url=env.get("MOTCUA_TRACKER_URL") or f"sqlite:///{data_dir / 'tracker.db'}",
            web_host=env.get("MOTCUA_WEB_HOST") or "127.0.0.1",
            web_port=_port(env, "MOTCUA_WEB_PORT", 8080),
            rasa_port=rasa_port,
            rasa_url=(env.get("MOTCUA_RASA_URL") or f"http://127.0.0.1:{rasa_port}").rstrip("/"),
            rasa_workers=_between(env, "MOTCUA_RASA_WORKERS", min(MOST_UNASKED, available_processors()), 1, 64),
            model_dir=Path(env.get("MOTCUA_MODEL_DIR") or ROOT / "models"),
            actions=actions,
            actions_url=env.get("MOTCUA_ACTIONS_URL") or "http://127.0.0.1:5055/webhook",
            secret=env.get("MOTCUA_SECRET") or "",
            allowed_origins=tuple(origin.rstrip("/") for origin in origins),
            log_level=(env.get("MOTCUA_LOG_LEVEL") or "INFO").upper(),
            case_gateways=env.get("MOTCUA_CASE_GATEWAYS") or "sample",
            case_tokens={name[len(_TOKEN) :]: value for name, value in env.items() if name.startswith(_TOKEN)},
            jobs=_on(env, "MOTCUA_JOBS", "on"),
            teams_file=Path(env["MOTCUA_TEAMS"]) if env.get("MOTCUA_TEAMS") else None,
            shifts_file=Path(env["MOTCUA_SHIFTS"]) if env.get("MOTCUA_SHIFTS") else None,
            tips=_on(env, "MOTCUA_TIPS", "on"),
            petition_official=_on(env, "MOTCUA_PETITION_OFFICIAL", "off"),
            petition_routing=env.get("MOTCUA_PETITION_ROUTING") or "",
            petition_reopen_days=_days(env, "MOTCUA_PETITION_REOPEN_DAYS", 15),
            feedback_days=_days(env, "MOTCUA_FEEDBACK_DAYS", 5),
            feedback_kept_days=_days(env, "MOTCUA_FEEDBACK_KEPT_DAYS", 180),
            conversation_kept_days=_days(env, "MOTCUA_CONVERSATION_KEPT_DAYS", 90),
            public_url=(env.get("MOTCUA_PUBLIC_URL") or "").rstrip("/"),
            redis_url=_redis(env),
            jit=_jit(env),
            endpoints_file=Path(env.get("MOTCUA_ENDPOINTS") or ROOT / "endpoints.yml"),
            metrics_token=env.get("MOTCUA_METRICS_TOKEN") or "",
            desk_demo=_on(env, "MOTCUA_DESK_DEMO", "off"),
            approval_seconds=_between(env, "MOTCUA_APPROVAL_SECONDS", 60, 10, 600),
            backups_dir=Path(env["MOTCUA_BACKUPS"]) if env.get("MOTCUA_BACKUPS") else None,
            data_officer=" ".join((env.get("MOTCUA_DATA_OFFICER") or "").split())[:200],
            backup_keys=tuple((env.get("MOTCUA_BACKUP_KEYS") or "").replace(",", " ").split()),
            open_data_licence=(env.get("MOTCUA_OPEN_DATA_LICENCE") or "").strip(),
            photo_keys=tuple((env.get("MOTCUA_PHOTO_KEYS") or "").replace(",", " ").split()),
            zalo=ZaloSettings.from_env(env),
        )

    def require_shared_keys(self) -> None:
        """Raise `SettingInvalidError` where a database is shared and a key is neither set nor kept from before.

        Every process would make its own: no hub takes another's visitors, and photos are lost with their pod.
        """
        keys = {"MOTCUA_SECRET": ("secret", self.secret), "MOTCUA_PHOTO_KEYS": ("photo_key", self.photo_keys)}
        missing = [name for name, (file, key) in keys.items() if not key and not (self.data_dir / file).exists()]
        if missing and not self.database_url.startswith("sqlite"):
            raise SettingInvalidError(
                f"several processes share MOTCUA_DATABASE_URL, so {' and '.join(missing)} must be set, alike for all"
            )


def _redis(env: Mapping[str, str]) -> str:
    url = env.get("MOTCUA_REDIS_URL") or ""
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingInvalidError("MOTCUA_REDIS_URL must begin with redis://, rediss:// or unix://")
    return url


def _jit(env: Mapping[str, str]) -> bool:
    wanted = _on(env, "MOTCUA_JIT", "off")
    if wanted and not (platform.machine() == "x86_64" and find_spec("pyston_lite")):
        raise SettingInvalidError(
            "MOTCUA_JIT=on needs Linux on x86_64 and the package pyston-lite "
            "(uv sync --inexact --no-dev --extra jit); else leave it off"
        )
    return wanted


def _on(env: Mapping[str, str], name: str, default: str) -> bool:
    text = env.get(name) or default
    if text not in ("on", "off"):
        raise SettingInvalidError(f"{name} must be on or off, not {text!r}")
    return text == "on"


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 365:
        raise SettingInvalidError(f"{name} must be a number of days between 1 and 365, not {text!r}")
    return int(text)


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingInvalidError(f"{name} must be a port between 1 and 65535, not {text!r}")
    return int(text)


def _between(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    said = env.get(name) or str(default)
    if not (said.isascii() and said.isdecimal() and least <= int(said) <= most):
        raise SettingInvalidError(f"{name} must be a number between {least} and {most}, not {said!r}")
    return int(said)
