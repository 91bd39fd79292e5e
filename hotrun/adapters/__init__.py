"""Everything that touches the system: each does what a command of the core says, and answers with an input."""
