"""Text that is safe to show: cleaned output, colors, source lines."""
