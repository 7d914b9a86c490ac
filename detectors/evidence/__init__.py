"""The tests that the kernel makes, one a file; `table.py` lists them, and everything else goes by that."""
