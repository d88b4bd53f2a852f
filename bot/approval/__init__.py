"""Answers of the assistant that an officer looks at before they go, for units that wish so."""
