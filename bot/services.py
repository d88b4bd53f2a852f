"""Composition root: the one place where real things are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.ops.clock import Clock, SystemClock
from bot.settings import Settings
from knowledge.search.index_source import IndexSource
from knowledge.search.vectors import installed_encoder
from knowledge.store import CatalogueStore


@dataclass(frozen=True)
class Services:
    """What actions work with."""

    settings: Settings
    catalogue: CatalogueStore
    indexes: IndexSource
    clock: Clock


def build_services(settings: Settings) -> Services:
    """Return the real services for `settings`."""
    of = settings.catalogue
    catalogue = CatalogueStore(of.catalogue_url)
    encoder = installed_encoder() if of.vectors else None
    return Services(settings, catalogue, IndexSource(catalogue, of.index_dir, encoder), SystemClock())


@lru_cache(maxsize=1)
def default_services() -> Services:
    """Return the services of this process, built on first use (Rasa makes actions without arguments)."""
    return build_services(Settings.from_env())
