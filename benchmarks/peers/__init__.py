"""driftline beside other stream processors doing the usual work. Run with `python -m benchmarks.peers`."""
