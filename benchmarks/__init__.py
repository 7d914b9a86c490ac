"""What driftline costs and how fast it is, measured beside the limit of the platform and the usual way."""
