"""An office's own files become a plan: `import_office`."""

from blockplan.exchange.office.door import OfficeImport, import_office

__all__ = ["OfficeImport", "import_office"]
