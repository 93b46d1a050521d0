"""What residents see of a plan: its places in plain words, maps of the notice, prints."""
