"""What operators see of a running process: figures for Prometheus, and which component is not well."""
