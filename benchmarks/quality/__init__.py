"""Detection quality: how often driftline is wrong, how late it is, and how far both are from what is possible."""
