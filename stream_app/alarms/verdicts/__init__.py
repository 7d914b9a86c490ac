"""What operators say of alerts and levels, what becomes of it, and the trail that it leaves."""
