"""Photos that citizens send: judged, made harmless, kept encrypted in the operations store. Knows no channel."""
