"""Report: rows for programs, pictures and pages for people. Measures in, text and JPEG out."""

from colorfast.report.rows import failed_row, to_row

__all__ = ["failed_row", "to_row"]
