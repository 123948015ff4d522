"""The screens of a poll in the admin, for those who want to see a number at its source."""

from django.urls import NoReverseMatch, reverse


#: The two screens, by what is seen there.
SCREENS = {"numbers": "inspect", "words": "board"}


def screens_of(poll_id: int) -> dict[str, str]:
    """Return {"numbers": path of the poll's results, "words": path of its board}; "" where the admin is not mounted.

    A poll that was deleted has the same addresses, which answer that it is gone.
    """
    return {what: _path(name, poll_id) for what, name in SCREENS.items()}


def edit_screen(poll_id: int) -> str:
    """Return the path where a poll is edited, or "" where the admin is not mounted."""
    return _path("edit", poll_id)


def _path(name: str, poll_id: int) -> str:
    try:
        return reverse(f"wagtailsnippets_onward_polls_poll:{name}", args=[poll_id])
    except NoReverseMatch:
        return ""
