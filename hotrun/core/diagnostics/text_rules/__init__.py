"""Find problems in text with a table of rules."""
