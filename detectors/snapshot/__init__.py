"""A bank as plain values and bytes, and back, also from what earlier releases wrote."""
