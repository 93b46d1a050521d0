"""A plan made ready for its pages: objects to search and link, verdicts, and what is said of each."""
