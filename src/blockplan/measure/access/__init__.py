"""Access tables other than those of a plan: transit, catchments, provision."""
