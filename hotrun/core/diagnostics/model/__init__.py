"""What a problem is, and where it is."""
