"""Find problems in the output of programs, and their places."""
