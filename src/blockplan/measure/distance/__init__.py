"""Who is how far from what, by which reading: along lines, on foot, with the share that is reached."""
