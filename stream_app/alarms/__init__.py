"""From a detector's finding to an alert with a life."""
