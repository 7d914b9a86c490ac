"""What people look at: standard output for results, standard error for everything about them."""

from rich.console import Console


def standard_output() -> Console:
    """For results that people read; long lines are left to the terminal, so that pipes get whole ones."""
    return Console(soft_wrap=True, highlight=False, markup=False)


def standard_error() -> Console:
    """For progress, summaries and remarks."""
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
