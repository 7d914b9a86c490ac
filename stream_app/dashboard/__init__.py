"""What driftline found, on pages on which one can act. Reads topics, runs no detector."""
