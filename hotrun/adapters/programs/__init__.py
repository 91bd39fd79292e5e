"""How programs are started, ended with all their descendants, and looked at."""
