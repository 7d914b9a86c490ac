"""What a person asked of a signal, and whether it is missed or met for sure."""
