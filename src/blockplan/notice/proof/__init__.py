"""What proves the record: canonical bytes, Merkle tree, signed checkpoints, the notary."""
