"""Detection quality: how often driftline is wrong, how late, and how far from what is possible."""

import os

# Two processes share two cores: threads of linear algebra would fight for them. Read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
