"""driftline: the streaming service that notices when a model's world changes."""
