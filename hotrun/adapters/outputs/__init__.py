"""What programs print, and how they are read and typed to."""
