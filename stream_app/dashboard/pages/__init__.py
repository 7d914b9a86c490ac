"""What each page shows, from the state: plain values for its template."""
