"""An office's own files become a plan: `import_office`."""

from blockplan.exchange.office.importing import OfficeImport, import_office

__all__ = ["OfficeImport", "import_office"]
