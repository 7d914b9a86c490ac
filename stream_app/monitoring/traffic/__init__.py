"""Who is heard, how often, and who has fallen silent."""
