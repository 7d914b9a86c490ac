"""Tables of rows (frames in memory, Parquet, CSV) as the events that driftline reads.

What the columns are is a mapping: said, else guessed from names and types, always shown. Each row becomes a
JSON line with its values as `DriftClient` writes them, so a table means what its JSON lines mean.
"""
