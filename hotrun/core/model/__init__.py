"""What the core works with: the project, and the inputs, commands and events of its engine."""
