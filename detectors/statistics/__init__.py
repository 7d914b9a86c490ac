"""What a signal is and was, in values: levels, windows, shares. What people are told comes from here."""
