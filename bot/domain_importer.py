"""Joins domain.yml with the parts beside it, so that each feature keeps its own domain file.

Named under `importers:` in config.yml, and therefore used by every Rasa command.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class DomainPartsImporter(RasaFileImporter):
    """The stock importer, with `domain.yml` and `domain/*.yml` (sorted by name) as one domain.

    Where a response stands in several files, the first one listed is kept, so domain.yml wins.
    A broken part stops the command: the stock importer would go on with an empty domain.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Read the examples, once: Rasa asks under three names for the same, and YAML files know no language."""
        return self._nlu_data()

    @lru_cache(maxsize=1)  # noqa: B019 - one importer a training
    def _nlu_data(self) -> TrainingData:
        return super().get_nlu_data()

    def get_domain(self) -> Domain:
        """Load the whole domain, once: the rules are read with it too. Empty only where no domain was named at all."""
        return self._domain()

    @lru_cache(maxsize=1)  # noqa: B019 - one importer a training
    def _domain(self) -> Domain:
        if not self._domain_path or Path(self._domain_path).is_dir():
            return super().get_domain()
        return Domain.load([str(self._domain_path), *domain_parts(Path(self._domain_path))])


def domain_parts(domain_file: Path) -> list[str]:
    """The parts of `domain_file`: every YAML file in the folder of the same name."""
    return sorted(str(part) for part in domain_file.with_suffix("").glob("*.yml"))
