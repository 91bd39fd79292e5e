"""Read Go's object files, module files and listings."""
