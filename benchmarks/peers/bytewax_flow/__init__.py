"""Bytewax doing the usual work. Runs in an environment of its own, with the packages of ../bytewax.txt."""
