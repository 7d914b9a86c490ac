"""Arming: what a signal was while it warmed up, or what another one knows, becomes what is healthy."""
