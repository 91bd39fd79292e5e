"""Whether processes serve, at which addresses, and on sockets that are held for them."""
