"""The smallest repair: the fewest changes after which a plan keeps its rules; `mending` is the way in."""
