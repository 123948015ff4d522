"""Polls of the kinds that need more than a line to make."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.models import Collection

from onward_polls.models import Option, Poll
from tests.polls.factories import ANSWERS, a_poll


#: What the option says beside which readers write.
OTHER = "Something else"


def a_poll_with_other(
    question: str = "What takes most of your week?", options: Sequence[str] = ANSWERS, **fields: Any
) -> Poll:
    poll = a_poll(question, options, **fields)
    Option.objects.create(poll=poll, text=OTHER, is_other=True, sort_order=len(options))
    return poll


def a_scale(
    question: str = "How much of it is in your hands?", steps: Sequence[str] = "12345", **fields: Any
) -> Poll:
    labels = {"low_label": "None of it", "high_label": "All of it"}
    return a_poll(question, steps, kind=Poll.Kind.SCALE, **labels | fields)


def a_picture_poll(pictures: int = 2) -> Poll:
    """Give the first options of a poll a picture each."""
    poll = a_poll_with_other("Which desk is most like yours?")
    for option in list(poll.options.all())[:pictures]:
        option.image = an_image(option.text)
        option.save(update_fields=["image"])
    return poll


def an_image(title: str) -> Image:
    """Return an image of 900 by 600 points, also where a test with real transactions has swept collections away."""
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    file = BytesIO()
    Picture.new("RGB", (900, 600), (60, 90, 140)).save(file, "JPEG")
    return Image.objects.create(title=title, file=ImageFile(file, name=f"{title.lower()}.jpg"))
