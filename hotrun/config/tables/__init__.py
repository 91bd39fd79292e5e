"""The typed tables of hotrun.toml."""
