"""What hotrun costs, each figure beside a peer that is measured in the same rounds; see README.md."""
