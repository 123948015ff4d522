"""How an author picks a roundup, or one of its quotes, in the editor."""

from typing import Any

from django.apps import apps
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser as views
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser

from .components import permalink
from .reading import Reading
from .sentences import telling_line
from .sources import source_of_quote


class RoundupChooser(BaseChooser):
    template_name = "onward_blog/roundups/editor/chooser.html"

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        """Let the menu beside a chosen roundup lead to all its numbers."""
        return {**super().get_value_data_from_instance(instance), "edit_url": permalink(instance)}


def telling_of(quote: Any) -> str:
    """Return what a quote is to its theme, in words; "" for one that is neither typical nor dissenting, or is gone."""
    if quote.withdrawn_at:
        return ""
    telling, theme = Reading(quote.roundup.data).telling(quote.source, quote.source_key)
    if telling and not theme and apps.is_installed("onward_polls"):
        from onward_blog.responses.polls.quotes import theme_today

        # A roundup is for everybody and names no theme of few sentences; its author may know.
        theme = theme_today(quote.source_key)
    return telling_line(telling, theme)


def title_of(quote: Any) -> str:
    """Return a quote as one line of the editor: the sentence, who said it, and what it is to its theme."""
    telling = telling_of(quote)
    return f"{quote} · {telling}" if telling else str(quote)


class QuoteChooser(BaseChooser):
    template_name = "onward_blog/roundups/editor/chooser.html"

    def get_display_title(self, instance: Any) -> str:
        return title_of(instance)

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        """Let the menu beside a chosen quote lead to where its reader wrote it."""
        return {**super().get_value_data_from_instance(instance), "edit_url": source_of_quote(instance)}


class TellingMixin:
    """Says below a sentence what it is to its theme: in the link, or the label, that chooses it."""

    @property
    def title_column(self) -> Column:
        column: Column = super().title_column  # type: ignore[misc]
        column.accessor = _sentence
        return column


def _sentence(quote: Any) -> str:
    telling = telling_of(quote)
    return format_html('{} <span class="onward-telling">{}</span>', quote, telling) if telling else str(quote)


class ChooseQuote(TellingMixin, views.ChooseView):
    pass


class ChooseQuoteResults(TellingMixin, views.ChooseResultsView):
    pass


class ChosenMixin:
    """What the editor shows of a quote just chosen: the same as of those that stood there before."""

    def get_display_title(self, quote: Any) -> str:
        return title_of(quote)

    def get_edit_item_url(self, quote: Any) -> str:
        return source_of_quote(quote)


class ChosenQuote(ChosenMixin, views.ChosenView):
    pass


class ChosenQuotes(ChosenMixin, views.ChosenMultipleView):
    pass


class RoundupChooserViewSet(ChooserViewSet):
    model = "onward_blog.Roundup"
    base_widget_class = RoundupChooser
    edit_item_text = _("See all its numbers")
    icon = "list-ul"
    choose_one_text = _("Choose a roundup")
    choose_another_text = _("Choose another roundup")
    register_widget = False


class QuoteChooserViewSet(ChooserViewSet):
    model = "onward_blog.RoundupQuote"
    base_widget_class = QuoteChooser
    choose_view_class = ChooseQuote
    choose_results_view_class = ChooseQuoteResults
    chosen_view_class = ChosenQuote
    chosen_multiple_view_class = ChosenQuotes
    edit_item_text = _("See where it was written")
    icon = "openquote"
    choose_one_text = _("Choose a quote")
    choose_another_text = _("Choose another quote")
    register_widget = False
    per_page = 30

    def get_object_list(self) -> Any:
        """Offer what may be quoted, the newest roundup first."""
        from onward_blog.models import RoundupQuote

        # Fetched beside them, a roundup is read once, however many of its quotes are on a page.
        offered = RoundupQuote.objects.filter(withdrawn_at=None).prefetch_related("roundup")
        return offered.order_by("-roundup_id", "pk")


roundup_chooser = RoundupChooserViewSet("onward_roundup_chooser")
quote_chooser = QuoteChooserViewSet("onward_quote_chooser")
RoundupChooserBlock = roundup_chooser.get_block_class(name="RoundupChooserBlock", module_path=__name__)
QuoteChooserBlock = quote_chooser.get_block_class(name="QuoteChooserBlock", module_path=__name__)
