"""What makes a page a series and a page an article; the ready-made page types are built from these two.

Both are abstract and know nothing of the concrete page model, so a project with page types of its own uses them too.
A series is a page, its parts are its children, and the order of the tree is the order of the parts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.models import PageViewRestriction

from .conf import blog_settings
from .links import absolute
from .serving import is_signed_in


# Every page model can be given these, the project's own too; to the type checker they are pages.
if TYPE_CHECKING:
    from wagtail.models import AbstractPage as PageModel
else:
    PageModel = models.Model


class PublicPageMixin(PageModel):
    """A page that is the same bytes for every anonymous reader; ``serving`` gives it the headers that say so."""

    #: False when the query that found the page saw that the whole site has no private page; None: not known.
    site_has_restrictions: bool | None = None

    class Meta:
        abstract = True

    def get_view_restrictions(self) -> Any:
        """Return what restricts this page, without asking again what is known not to be there."""
        if self.site_has_restrictions is False:
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return the entry of the sitemap, with its address from the setting and not from the request."""
        entries: list[dict[str, Any]] = super().get_sitemap_urls(request)
        return [{**entry, "location": absolute(self.get_url() or "/")} for entry in entries]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``base_template``, and ``show_userbar``: true only where no cache keeps the answer."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        is_preview = getattr(request, "is_preview", False)
        return {
            **context,
            "base_template": blog_settings().BASE_TEMPLATE,
            "show_userbar": is_preview or is_signed_in(request),
        }


class SeriesMixin(PageModel):
    """A page whose children are the parts of a series."""

    planned_parts = models.PositiveSmallIntegerField(
        _("planned parts"),
        null=True,
        blank=True,
        help_text=_("How many parts there will be, if you know. Readers see “Part 2 of 4”."),
    )
    #: When the author ended the series; nobody can follow it from then on.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    #: A copy of a series that has ended is a new one.
    exclude_fields_in_copy = ["ended_at"]

    class Meta:
        abstract = True

    def with_content_json(self, content: Any) -> Any:
        """Keep whether the series has ended: that belongs to the page, and an older revision knows nothing of it."""
        page = super().with_content_json(content)
        page.ended_at = self.ended_at
        return page

    def get_absolute_url(self) -> str:
        """Return the path of the page on its site, or an empty string for a page outside every site."""
        return self.get_url() or ""

    @property
    def topic_key(self) -> str:
        """What this series is called among the topics of a newsletter."""
        return f"series:{self.pk}"

    def parts(self) -> list[Any]:
        """Return every part in order, drafts too: a part keeps its number while an earlier one is unpublished."""
        parts = list(self.get_children().specific())
        restrictions = PageViewRestriction.objects.filter(page__in=[part.pk for part in parts])
        restricted = set(restrictions.values_list("page_id", flat=True))
        for part in parts:
            part.is_restricted = part.pk in restricted
        return parts

    def live_parts(self) -> list[Any]:
        """Return the parts that readers can open, in order."""
        return [part for part in self.parts() if part.is_out]

    @property
    def part_count(self) -> int:
        """How many parts there are to be: those planned, or those out and the one announced."""
        parts = self.parts()
        out = max((number for number, part in enumerate(parts, 1) if part.is_out), default=0)
        planned = 0 if self.ended_at else self.planned_parts or 0
        return max(planned, out + bool(self.announced_next()))

    def announced_next(self) -> Any | None:
        """Return the live part that announces the next one, or None when nothing is announced.

        Only the last live part announces; once the next part is out, or the series has ended, what it announced is
        history.
        """
        live = self.live_parts()
        return live[-1] if live and live[-1].next_question and not self.ended_at else None

    def closing_part(self) -> Any | None:
        """Return the live part that sums up a series that has ended: the last one, if it came out after the end."""
        last = next(iter(reversed(self.live_parts())), None)
        if last is None or self.ended_at is None or last.first_published_at is None:
            return None
        return last if last.first_published_at > self.ended_at else None

    def next_part_path(self) -> str:
        """Return the path of the page about the next part, or "" for a series that has none."""
        return ""


class ArticleMixin(PageModel):
    """A page that is one part of a series."""

    #: Addresses below a series that mean something else.
    reserved_slugs: ClassVar[frozenset[str]] = frozenset()

    comments_enabled = models.BooleanField(_("readers may comment"), default=True)
    next_question = models.CharField(
        _("the next part asks"),
        max_length=255,
        blank=True,
        help_text=_("Announces the next part with its question. Empty: nothing is announced."),
    )
    next_expected = models.DateField(_("the next part is expected on"), null=True, blank=True)
    next_at_answers = models.PositiveIntegerField(
        _("written once there are this many answers"),
        null=True,
        blank=True,
        help_text=_("Readers see how many are still missing. Empty: no number is promised."),
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, unless text that the site wrote and nobody has accepted would come before readers.

        Quotes that were taken back before readers saw them are left out of a live page. Raises
        ``roundups.accepting.TextNotAccepted``, a ValidationError.
        """
        from .roundups.accepting import refuse_live
        from .roundups.leaving_out import leave_out_unread, note_left_out

        refuse_live(self, kwargs.get("update_fields"))
        left_out = leave_out_unread(self, kwargs.get("update_fields"))
        super().save(*args, **kwargs)
        note_left_out(self, left_out)

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish a revision, or schedule it; refuse text that nobody has accepted, which ``save`` does not see yet."""
        from .roundups.accepting import refuse_waiting, stops_schedule

        if stops_schedule(self, revision, kwargs.get("log_action")):
            return None
        refuse_waiting(revision.as_object())
        return super().publish(revision, *args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the path of the page on its site, or an empty string for a page outside every site."""
        return self.get_url() or ""

    #: Whether a restriction of its own keeps readers out; set by the queries that list parts.
    is_restricted = False

    @property
    def is_out(self) -> bool:
        """Whether readers may be led here: live, and without a restriction of its own."""
        return self.live and not self.is_restricted

    @cached_property
    def series(self) -> Any | None:
        """The series this article belongs to, or None when its parent is not a series."""
        parent = self.get_parent()
        parent = parent.specific if parent else None
        return parent if isinstance(parent, SeriesMixin) else None

    @cached_property
    def parts(self) -> list[Any]:
        """Every part of the series in order, drafts too, this article among them as it is now."""
        if self.series is None:
            return [self]
        others = [part for part in self.series.parts() if part.pk != self.pk]
        return sorted([*others, self], key=lambda part: part.path)

    @property
    def live_parts(self) -> list[Any]:
        """The parts that readers can open, and this article even while it is previewed."""
        return [part for part in self.parts if part.is_out or part is self]

    @property
    def part_number(self) -> int:
        """This article's place in its series, from 1; drafts count, so a number never changes by publishing."""
        return self.parts.index(self) + 1

    @property
    def part_count(self) -> int:
        """How many parts the series is to have: those planned, or those out and the one announced."""
        has_ended = self.series is not None and self.series.ended_at is not None
        planned = 0 if has_ended or self.series is None else self.series.planned_parts or 0
        last = self.live_parts[-1]
        return max(planned, self.parts.index(last) + 1 + (bool(last.next_question) and not has_ended))

    @property
    def previous_part(self) -> Any | None:
        """The nearest earlier part that readers can open."""
        earlier = [part for part in self.parts[: self.part_number - 1] if part.is_out]
        return earlier[-1] if earlier else None

    @property
    def next_part(self) -> Any | None:
        """The nearest later part that readers can open."""
        later = [part for part in self.parts[self.part_number :] if part.is_out]
        return later[0] if later else None

    @property
    def announces_next(self) -> bool:
        """Whether this article still announces a part to come."""
        has_ended = self.series is not None and self.series.ended_at is not None
        return bool(self.next_question) and not has_ended and self.next_part is None

    @property
    def reading_minutes(self) -> int:
        """How long reading takes, in whole minutes, at least one."""
        words = len(self.readable_text().split())
        return max(1, round(words / blog_settings().WORDS_PER_MINUTE))

    def readable_text(self) -> str:
        """Return what is read in the body, without markup. The page says which of its fields that is."""
        return strip_tags(str(getattr(self, "body", "")))

    @property
    def comments_open(self) -> bool:
        """Whether a new comment is taken now."""
        return (
            self.comments_enabled and self.live and not (self.expire_at and self.expire_at <= timezone.now())
        )
