"""The page and maps of one proposal."""
