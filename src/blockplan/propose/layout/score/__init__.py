"""How good a layout is, told from its features alone."""
