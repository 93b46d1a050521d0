"""Room compare."""
