"""From a file to a project, with every problem at its place."""
