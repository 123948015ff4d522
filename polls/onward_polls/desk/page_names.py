"""What the pages that readers answered on are called: by the hook of whoever owns them, else by Wagtail."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from swapper import load_model
from wagtail import hooks


@dataclass(frozen=True)
class PageName:
    """A page as an export and the author's screens name it; empty where nothing is known."""

    series: str = ""
    #: The number of the part in its series, as text.
    part: str = ""
    title: str = ""
    url: str = ""


def describe_pages(page_refs: Iterable[int]) -> dict[int, PageName]:
    """Return {page_ref: its name}, asking the hook ``onward_polls_describe_pages`` first.

    A hook is called with the list of page_refs and returns {page_ref: {"series", "part", "url", "title"}} for those
    it knows. The others get their title and address from Wagtail; pages that are gone get nothing.
    """
    refs = list(page_refs)
    names: dict[int, PageName] = {}
    for describe in hooks.get_hooks("onward_polls_describe_pages"):
        for ref, told in describe(refs).items():
            known = {key: str(told.get(key) or "") for key in ("series", "part", "url", "title")}
            names.setdefault(ref, PageName(**known))
    pages = load_model("wagtailcore", "Page").objects.in_bulk([ref for ref in refs if ref not in names])
    return names | {
        ref: PageName(title=page.title, url=_absolute(page.get_url())) for ref, page in pages.items()
    }


def _absolute(url: str | None) -> str:
    base = str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")
    return f"{base}{url}" if url and url.startswith("/") else url or ""
