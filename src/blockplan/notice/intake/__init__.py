"""What comes in from outside, looked at before it is kept: texts, files, places, shown work."""
