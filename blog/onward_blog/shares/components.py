"""What a page shows to be passed on with."""

from typing import Any

from laces.components import Component


class ShareLinks(Component):
    """Ways to pass a page on, and how often that was done from here: the same bytes for every reader."""

    template_name = "onward_blog/shares/links.html"

    def __init__(self, page: Any) -> None:
        self.page = page
