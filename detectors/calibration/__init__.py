"""From the false alarms that are asked for to thresholds: the formulas that more than one detector needs."""
