"""What changes a public page beside what its own app says: pages of any type, and what stands on them."""

from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move
from wagtail.snippets.models import get_snippet_models

from onward_blog import versions


UID = "onward_site.page_cache"

#: What stands on pages, or decides who may read them. Snippets do too, and are asked for when one is saved: an app
#: may register them at any time.
SHOWN = (PageViewRestriction, Site, AbstractImage, AbstractDocument, BaseSiteSetting, BaseGenericSetting)


def connect() -> None:
    """Connect each signal once."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(purge, dispatch_uid=UID)
    post_save.connect(purge_after_save, dispatch_uid=UID)
    post_delete.connect(purge_after_delete, dispatch_uid=UID)


def purge(sender: Any = None, **kwargs: Any) -> None:
    """Let every process make its pages anew, once the change can be seen. Takes the arguments of a signal."""
    transaction.on_commit(versions.bump_site)


def purge_after_save(sender: type[models.Model], **kwargs: Any) -> None:
    """As ``purge``, if rows of this model are shown. A draft of a page changes nothing that readers see."""
    if issubclass(sender, SHOWN) or sender in get_snippet_models():
        purge()


def purge_after_delete(sender: type[models.Model], **kwargs: Any) -> None:
    """As ``purge``, if rows of this model were shown, pages among them."""
    if issubclass(sender, (Page, *SHOWN)) or sender in get_snippet_models():
        purge()
