"""The inner loops over values, compiled by numba: from a cell to a score, an innovation, a mark."""
