"""An article as the body of a mail: plain HTML that the newsletter turns into both parts of its mail."""

from itertools import chain
from typing import Any

from django.apps import apps
from django.template.loader import render_to_string, select_template
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from .blocks import OnlyInTheMailBlock
from .links import absolute
from .roundups.blocks import RoundupBlock, WeAskedBlock
from .roundups.components import RoundupCard, WeAskedCard


#: Blocks that make sense on the site only; the newsletter has its own box and its own sender.
LEFT_OUT = {"subscribe", "author", "web_only"}
#: An excerpt ends with the paragraph in which this word stands.
EXCERPT_WORDS = 120


def article_html(page: Any, format: str = "full") -> str:
    """Return an article as HTML for a mail, with full addresses.

    ``format`` is "full", "excerpt" (the first paragraphs) or "until_poll" (up to and with the first poll). Each
    option of a poll is a link with the slot ``%%token%%``, which the newsletter fills in for each recipient.
    """
    address = absolute(page.get_absolute_url())
    children = mailed_blocks(page, format)
    pieces = [(child.id, piece) for child in children if (piece := _piece(child, page, address))]
    context = {
        "page": page,
        "series": getattr(page, "series", None),
        "address": address,
        "pieces": pieces,
        "is_whole": len(children) == len(page.body),
        "asks": bool(_polls(children)),
    }
    return render_to_string("onward_blog/mail/article.html", context)


def mailed_blocks(page: Any, format: str = "full") -> list[Any]:
    """Return the blocks of an article's text that its mail is made from."""
    chosen = {"excerpt": _excerpt, "until_poll": _until_poll}.get(format, list)(page.body)
    return list(chosen)


def _excerpt(body: Any) -> list[Any]:
    taken, words = [], 0
    for child in body:
        if child.block_type not in ("paragraph", "heading", "quote", "list", "we_asked", "mail_only"):
            continue
        taken.append(child)
        words += len(strip_tags(str(child.value)).split())
        if words >= EXCERPT_WORDS:
            break
    return taken


def _until_poll(body: Any) -> list[Any]:
    polls = [place for place, child in enumerate(body) if _polls([child])]
    return list(body)[: polls[0] + 1] if polls else list(body)


def _polls(children: Any) -> list[Any]:
    if not apps.is_installed("onward_polls"):
        return []
    from .responses.polls import polls_in

    return list(chain.from_iterable(polls_in(child.block, child.value) for child in children))


def _piece(child: Any, page: Any, address: str) -> str:
    """Return one block for a mail: by a template of its own where there is one, else as on the site."""
    if child.block_type in LEFT_OUT:
        return ""
    if isinstance(child.block, OnlyInTheMailBlock):
        return mark_safe("".join(_piece(inside, page, address) for inside in child.value))  # noqa: S308 (as below)
    if polls := _polls([child]):
        return mark_safe("".join(_poll(poll, address) for poll in polls))  # noqa: S308 (rendered by templates)
    if isinstance(child.block, RoundupBlock | WeAskedBlock):
        return _card(child, address)
    own = f"onward_blog/mail/blocks/{child.block_type}.html"
    context = {"value": child.value, "page": page, "address": address}
    if (template := select_template([own, "onward_blog/mail/blocks/any.html"])).template.name == own:
        return str(template.render(context))
    return str(child.render(context={"page": page}))


def _poll(poll: Any, address: str) -> str:
    from .responses.polls import poll_in_mail

    if (shown := poll_in_mail(poll)) is None:
        return ""
    context = {"poll": poll, "address": f"{address}#poll-{poll.pk}", **shown}
    return render_to_string("onward_blog/mail/poll.html", context)


def _card(child: Any, address: str) -> str:
    value = child.value
    if isinstance(child.block, WeAskedBlock):
        card, template = WeAskedCard(value), "onward_blog/mail/we_asked.html"
    elif value.get("roundup"):
        quotes = [quote for quote in value["quotes"] if quote]
        card = RoundupCard(value["roundup"], quotes=quotes, heading=value["heading"], show_shares=False)
        template = "onward_blog/mail/roundup.html"
    else:
        return ""
    return render_to_string(template, {**card.get_context_data(), "address": address})
