"""Labels, decisions and behaviours find their predictions."""
