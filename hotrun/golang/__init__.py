"""What the go command and its files say: the inputs of targets, and whether plugins fit their host. Starts nothing."""
