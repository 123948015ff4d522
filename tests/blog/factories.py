"""Pages as an author leaves them: valid, dull, published."""

from collections.abc import Sequence
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction, Site

from onward_blog.models import Author
from onward_blog.pages.models import ArticlePage, SeriesPage


_numbers = count(1)


def front_page() -> Any:
    return Site.objects.get(is_default_site=True).root_page.specific


def make_author(name: str = "Mara Kalani", **fields: Any) -> Author:
    return Author.objects.create(name=name, slug=f"author-{next(_numbers)}", **fields)


def make_series(title: str = "The manager in the middle", **fields: Any) -> SeriesPage:
    series = SeriesPage(title=title, slug=fields.pop("slug", f"series-{next(_numbers)}"), **fields)
    front_page().add_child(instance=series)
    return publish(series)


def make_part(
    series: SeriesPage,
    title: str = "The number and the people",
    *,
    body: Sequence[tuple[str, Any]] = (("paragraph", "<p>Everyone is measured twice.</p>"),),
    live: bool = True,
    **fields: Any,
) -> ArticlePage:
    slug = fields.pop("slug", f"part-{next(_numbers)}")
    part = ArticlePage(title=title, slug=slug, body=list(body), live=live, **fields)
    SeriesPage.objects.get(pk=series.pk).add_child(instance=part)
    return publish(part) if live else part


def publish(page: Any) -> Any:
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def make_image(title: str = "A desk", *, width: int = 1800, height: int = 1200) -> Any:
    file = BytesIO()
    Picture.new("RGB", (width, height), "#8fb").save(file, "PNG")
    file.seek(0)
    return get_image_model().objects.create(title=title, file=ImageFile(file, name=f"{next(_numbers)}.png"))


def hide_behind_password(page: Any, password: str = "let me in") -> None:
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password=password
    )
