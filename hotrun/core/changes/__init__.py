"""Changes on their way to a build: debounced, matched against the project, held against rebuild loops."""
