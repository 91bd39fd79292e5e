"""Go programs and their plugins: reads them, compares them, builds them so that they fit."""
