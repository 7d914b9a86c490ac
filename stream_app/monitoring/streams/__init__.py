"""Streams: all that is watched of one version of a model in a role, or of one segment of that."""
