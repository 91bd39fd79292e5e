"""Held sockets, and the processes that listen on a port."""
