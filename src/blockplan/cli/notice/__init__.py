"""The commands of a public notice."""
