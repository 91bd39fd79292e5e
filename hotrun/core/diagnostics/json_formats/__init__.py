"""Find problems in the JSON output of tools."""
