"""Quix Streams doing the usual work. Runs in an environment of its own, with the packages of ../quix.txt."""
