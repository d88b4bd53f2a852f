"""Where the catalogue is, read from the variables and nowhere else."""

from __future__ import annotations

import pytest

from knowledge.settings import CatalogueSettings


def test_defaults_are_a_file_under_the_data_folder():
    assert CatalogueSettings.from_env({}).catalogue_url.endswith("var/catalogue.db")
    assert CatalogueSettings.from_env({"MOTCUA_DATA_DIR": "/x"}).catalogue_url == "sqlite:////x/catalogue.db"
    assert CatalogueSettings.from_env({}).stale_after_days == 30


def test_variables_win():
    env = {"MOTCUA_CATALOGUE_URL": "postgresql://db/catalogue", "MOTCUA_STALE_AFTER_DAYS": "7"}
    assert CatalogueSettings.from_env(env) == CatalogueSettings("postgresql://db/catalogue", 7)


@pytest.mark.parametrize("days", ["x", "-1", "1.5", "30 days"])
def test_a_wrong_number_of_days_is_named(days):
    with pytest.raises(ValueError, match="MOTCUA_STALE_AFTER_DAYS"):
        CatalogueSettings.from_env({"MOTCUA_STALE_AFTER_DAYS": days})
