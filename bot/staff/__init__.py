"""Staff: people, roles and units, sessions, the audit, off switches. Knows no web page."""
