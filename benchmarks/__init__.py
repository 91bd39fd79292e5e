"""Measure what hotrun costs, each figure next to a peer in the same rounds. See README.md."""
