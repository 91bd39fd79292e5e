"""What the operating system tells and does, one module a subject."""
