"""Tags for the pages of a blog: ``{% load onward_blog_tags %}``."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.models import Site

from onward_blog import mailing, metadata
from onward_blog.comments.components import CommentThread
from onward_blog.links import absolute
from onward_blog.questions.components import QuestionList
from onward_blog.shares.components import ShareLinks
from onward_blog.site_names import name_of_site


register = template.Library()


@register.simple_tag(takes_context=True)
def comments(context: Mapping[str, Any], page: Any) -> SafeString:
    """Show the public comments of a page and the form to write one: ``{% comments page %}``."""
    html: SafeString = CommentThread(page, takers=context.get("takers") or ()).render_html(context)
    return html


@register.simple_tag(takes_context=True)
def share_links(context: Mapping[str, Any], page: Any) -> SafeString:
    """Show the ways to pass a page on: ``{% share_links page %}``."""
    html: SafeString = ShareLinks(page).render_html(context)
    return html


@register.simple_tag(takes_context=True)
def reader_questions(context: Mapping[str, Any], series: Any) -> SafeString:
    """Show what readers want a series to answer, and the form to ask: ``{% reader_questions series %}``.

    Its style is in ``onward_blog/questions.css``.
    """
    html: SafeString = QuestionList(series).render_html(context)
    return html


@register.inclusion_tag("onward_blog/roundups/taken_up.html", takes_context=True)
def taken_up_at(context: Mapping[str, Any], block: Any, takers: Sequence[Any]) -> dict[str, Any]:
    """Say below a poll where its answers were taken up: ``{% taken_up_at block takers %}``.

    ``takers`` is what ``takers_of`` returns. Shows nothing below any other block.
    """
    poll = getattr(block.value, "pk", None) if block.block_type in ("poll", "words_question") else None
    found = [(taker.page, taker.polls[poll]) for taker in takers if poll in taker.polls]
    return {"request": context.get("request"), "found": found}


@register.simple_tag
def subscribe_box(page: Any) -> SafeString:
    """Show the box to follow a page's series, or everything: ``{% subscribe_box page %}``.

    Shows nothing where the newsletter is not installed.
    """
    return mark_safe(mailing.subscribe_box(page))  # noqa: S308 (rendered by a template there)


@register.simple_tag(takes_context=True)
def site_name(context: Mapping[str, Any]) -> str:
    """Return the name of the site: ``{% site_name %}``."""
    return name_of_site(context.get("request"))


@register.simple_tag(takes_context=True)
def page_path(context: Mapping[str, Any], page: Any) -> str:
    """Return the address of a page as seen from the one that is read: ``{% page_path page %}``.

    Wagtail's ``pageurl`` asks the database which site is read; where there is only one, that makes no difference.
    """
    request = context.get("request")
    parts = page.get_url_parts(request)
    if parts is None or len({root.site_id for root in Site.get_site_root_paths()}) > 1:
        return page.get_url(request) or ""
    return parts[2] or ""


@register.simple_tag(takes_context=True)
def canonical(context: Mapping[str, Any]) -> SafeString:
    """Return the link to the one address of what is shown, from the setting: ``{% canonical %}``."""
    return format_html('<link rel="canonical" href="{}">', absolute(context["request"].path))


@register.simple_tag(takes_context=True)
def article_metadata(context: Mapping[str, Any], page: Any) -> SafeString:
    """Return Open Graph tags and the JSON-LD of an article: ``{% article_metadata page %}``."""
    name = site_name(context)
    tags = metadata.meta_tags({**_shared(page, name, page.description), "og:type": "article", **_image(page)})
    return tags + mark_safe("\n    ") + metadata.data_block(metadata.article_document(page, name))


@register.simple_tag(takes_context=True)
def series_metadata(context: Mapping[str, Any], page: Any) -> SafeString:
    """Return Open Graph tags and the JSON-LD of a series: ``{% series_metadata page %}``."""
    tags = metadata.meta_tags({**_shared(page, site_name(context), page.promise), "og:type": "website"})
    return tags + mark_safe("\n    ") + metadata.data_block(metadata.series_document(page))


@register.filter
def initials(name: str) -> str:
    """Return at most two initials: ``{{ author.name|initials }}``."""
    words = str(name).split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.inclusion_tag("onward_blog/components/dots.html")
def part_dots(page: Any) -> dict[str, Any]:
    """Draw one dot for each part of a series, out or to come: ``{% part_dots page %}``, an article or a series."""
    parts = page.parts() if callable(page.parts) else page.parts
    states = [
        ("here" if part is page else "out") if part.is_out or part is page else "todo" for part in parts
    ]
    last_out = max((number for number, state in enumerate(states, 1) if state != "todo"), default=0)
    states = states[:last_out] + ["todo"] * (page.part_count - last_out)
    return {"states": states}


def _shared(page: Any, name: str, description: str) -> dict[str, str]:
    return {
        "og:site_name": name,
        "og:title": page.title,
        "og:description": description,
        "og:url": absolute(page.get_absolute_url()),
    }


def _image(page: Any) -> dict[str, str]:
    if page.first_image is None:
        return {}
    rendition = get_rendition_or_not_found(page.first_image, "fill-1200x630")
    return {
        "og:image": absolute(rendition.url),
        "og:image:width": str(rendition.width),
        "og:image:height": str(rendition.height),
        "og:image:alt": rendition.alt,
    }
