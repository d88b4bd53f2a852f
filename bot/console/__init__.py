"""The console: staff's pages under /desk. Asks services for everything; knows no SQL and no Rasa."""
