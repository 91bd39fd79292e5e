"""How files are watched: what is there, what of it counts, and what has changed."""
