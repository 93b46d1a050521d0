"""Sphinx configuration: MyST pages, Furo theme, nothing fetched."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # notebook_pages: a notebook as a page

project = "Blockplan"
author = "The Blockplan developers"
copyright = "2026, The Blockplan developers"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "notebook_pages",
]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = []
html_theme = "furo"
html_title = "Blockplan"
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
nitpicky = False
