"""A layout as a document, and as an answer with changes to the plan."""
