"""The tables of hotrun.toml, typed."""
