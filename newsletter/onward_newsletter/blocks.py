"""Blocks for a host's StreamFields."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class SubscribeBlock(blocks.StructBlock):
    """A subscribe box in the middle of a text, for the first newsletter there is.

    A host with several newsletters, or topics to follow, gives the block a template of its own that calls the tag
    ``newsletter_subscribe_box`` with what belongs to the page.
    """

    heading = blocks.CharBlock(label=_("Heading"), required=False)

    class Meta:
        icon = "mail"
        label = _("Subscribe box")
        template = "onward_newsletter/blocks/subscribe.html"
