"""The page that sets scenarios and proposals side by side."""
