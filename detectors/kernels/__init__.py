"""The inner loops over values, compiled by numba. Nothing outside this package uses it."""
