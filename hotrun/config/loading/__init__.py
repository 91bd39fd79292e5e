"""Load a configuration file as a project, and report every problem with its line and key."""
