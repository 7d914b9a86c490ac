"""The compiled pass over a batch, what drives it, and what is read and reported of its signals."""
