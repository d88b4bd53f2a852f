"""How Rasa is trained, started and talked to. With bot/nlu and bot/domain_importer the only place that imports it."""
