"""The results of a poll as they stand in a mail: a table and text, the same for everybody who gets it."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from onward_polls.models import Poll

from .results import public_results


def poll_results_mail(poll: Poll) -> SafeString:
    """Return the results of a poll for a mail, with inline styles and without pictures.

    As of the last fold. A mail is read by people who have not answered, so it is empty where results show
    only after voting, only after closing, or only to editors.
    """
    results = public_results(poll)
    if results is None:
        return mark_safe("")
    return render_to_string("onward_polls/mail/poll_results.html", results.get_context_data())


def poll_results_text(poll: Poll) -> str:
    """Return the same results for the plain text of a mail, or an empty text."""
    results = public_results(poll)
    if results is None:
        return ""
    return render_to_string("onward_polls/mail/poll_results.txt", results.get_context_data())
