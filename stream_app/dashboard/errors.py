"""What keeps the dashboard from starting, in sentences."""


class DashboardError(Exception):
    """Says what is wrong and what would be right."""
