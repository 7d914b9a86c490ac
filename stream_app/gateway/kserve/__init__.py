"""Logs of inference servers as KServe's logger sends them: two halves, a request and its response."""
