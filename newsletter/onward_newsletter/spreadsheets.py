"""Cells that a spreadsheet program takes for what they are: text."""

from typing import Any


#: A cell that begins with one of these is run as a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: Any) -> Any:
    """Return a text that no spreadsheet program runs; anything but a text is returned as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


class FormulaSafe:
    """For a Wagtail view with exports: quotes what would be a formula, in CSV and XLSX."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return safe_cell(super().preprocess_field_value(field, value, export_format))  # type: ignore[misc]
