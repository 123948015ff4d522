from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import mark_safe

from onward_newsletter.components import SubscribeBox
from onward_newsletter.models import Newsletter, Topic


register = template.Library()


@register.simple_tag(takes_context=True)
def newsletter_subscribe_box(
    context: Mapping[str, Any],
    newsletter: Newsletter | None = None,
    topic: Topic | None = None,
    heading: str = "",
) -> str:
    """Render a subscribe box; without a newsletter given, for the first one, and "" when there is none.

    ``page`` in the context is the page the box stands on. A topic brings its own newsletter.
    """
    newsletter = newsletter or (topic.newsletter if topic else Newsletter.objects.order_by("pk").first())
    if newsletter is None:
        return ""
    box = SubscribeBox(newsletter, topic=topic, page=context.get("page"), heading=heading)
    return mark_safe(str(box.render_html()))  # noqa: S308 (rendered by a template)
