"""Detection quality: how often driftline is wrong, how late, and how far from what is possible."""
