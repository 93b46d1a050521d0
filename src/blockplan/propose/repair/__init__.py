"""The smallest repair: the fewest changes after which a plan keeps its rules, by `smallest_change`."""
