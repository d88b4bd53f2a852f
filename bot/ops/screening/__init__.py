"""What must not be written down, found in a person's words before they are written anywhere. Pure functions."""
