"""What a page shows of its comments."""

from typing import Any

from laces.components import Component


class CommentThread(Component):
    """The public comments of a page and the form to write one: the same bytes for every reader."""

    template_name = "onward_blog/comments/thread.html"

    def __init__(self, page: Any) -> None:
        self.page = page
