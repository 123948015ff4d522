"""Readers' sentences in issues that have gone out."""

from .newsletter import is_installed


def replace_quotation(words: str, credit: str, *, new_words: str, new_credit: str) -> None:
    """Replace a quoted sentence and its name in every issue that is frozen; nothing without the newsletter app."""
    if is_installed():
        from onward_newsletter.actions.quotations import replace_quotation as replace

        replace(f"“{words}”", credit, new_words=new_words, new_credit=new_credit)
