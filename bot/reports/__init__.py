"""What the city is told of the service, month by month: facts without people, figures, the report, open data."""
