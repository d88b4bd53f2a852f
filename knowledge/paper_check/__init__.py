"""Is this paper really on a procedure's published list? Pure reading of the record; no text for citizens."""
