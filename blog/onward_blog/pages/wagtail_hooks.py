"""What the ready-made pages add to Wagtail: the polls of an article in the fragment of its reader."""

from wagtail import hooks

from .polls import poll_cookie, poll_fragments


hooks.register("onward_reader_fragments", poll_fragments)
hooks.register("onward_reader_cookies", poll_cookie)
