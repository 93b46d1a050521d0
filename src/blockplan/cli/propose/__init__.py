"""The commands that propose changes to a plan."""
