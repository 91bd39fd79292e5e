"""The keyboard: names of keys, what a key can ask for, and the decoder for a terminal's bytes. Pure."""
