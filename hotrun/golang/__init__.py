"""What the go command says about packages, read; starts nothing."""
