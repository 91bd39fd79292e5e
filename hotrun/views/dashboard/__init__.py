"""The view for a terminal: output goes into its own scrollback, with a few rows pinned under it."""
