"""Maps as SVG: ground, themes, reach and rules, and their legends."""
