"""Report: rows for programs, pictures and pages for people. Arrays and measures in; text and JPEG bytes out."""

from colorfast.report.rows import failed_row, to_row

__all__ = ["failed_row", "to_row"]
