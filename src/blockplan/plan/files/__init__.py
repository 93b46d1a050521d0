"""A plan in files: packages, archives, layers in the formats of GIS, scenarios."""
