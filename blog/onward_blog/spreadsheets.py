"""Cells that a spreadsheet program takes for what they are: text."""

#: A cell that begins with one of these is run as a formula (OWASP, CSV injection); the last four are their wide forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """Return a cell that no spreadsheet program runs: texts that begin like a formula get an apostrophe in front."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text
