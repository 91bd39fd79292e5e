"""Listening sockets: those that hotrun holds, and who listens on a port."""
