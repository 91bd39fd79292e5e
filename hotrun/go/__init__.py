"""Go programs and their plugins: read them, compare them, and build them so that they fit."""
