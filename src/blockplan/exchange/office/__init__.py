"""An office's own files become a plan: `importing.import_office`."""
