"""The search for a layout, and the bound that says what nobody can better."""
