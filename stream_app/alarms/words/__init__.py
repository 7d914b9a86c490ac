"""An incident in words: numbers and times, changes, headlines, and the record that travels."""
