"""Changes on their way to a build: debounced, matched against the project, checked for rebuild loops."""
