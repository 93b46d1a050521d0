"""What a plan is: layers and columns, code lists, manifest, hash; the words of its faults."""
