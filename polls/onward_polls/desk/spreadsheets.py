"""Cells that a spreadsheet program takes for what they are: text."""

#: A cell that begins with one of these is run as a formula (OWASP, CSV injection); the last four are their wide forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet program runs."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
