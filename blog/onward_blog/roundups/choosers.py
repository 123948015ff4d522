"""How an author picks a roundup, or one of its quotes, in the editor."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser

from .components import permalink
from .sources import source_of_quote


class RoundupChooser(BaseChooser):
    template_name = "onward_blog/roundups/editor/chooser.html"

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        """Let the menu beside a chosen roundup lead to all its numbers."""
        return {**super().get_value_data_from_instance(instance), "edit_url": permalink(instance)}


class QuoteChooser(BaseChooser):
    template_name = "onward_blog/roundups/editor/chooser.html"

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        """Let the menu beside a chosen quote lead to where its reader wrote it."""
        return {**super().get_value_data_from_instance(instance), "edit_url": source_of_quote(instance)}


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
    edit_item_text = _("See where it was written")
    icon = "openquote"
    choose_one_text = _("Choose a quote")
    choose_another_text = _("Choose another quote")
    register_widget = False
    per_page = 30

    def get_object_list(self) -> Any:
        """Offer what may be quoted, the newest roundup first."""
        from onward_blog.models import RoundupQuote

        return RoundupQuote.objects.filter(withdrawn_at=None).order_by("-roundup_id", "pk")


roundup_chooser = RoundupChooserViewSet("onward_roundup_chooser")
quote_chooser = QuoteChooserViewSet("onward_quote_chooser")
RoundupChooserBlock = roundup_chooser.get_block_class(name="RoundupChooserBlock", module_path=__name__)
QuoteChooserBlock = quote_chooser.get_block_class(name="QuoteChooserBlock", module_path=__name__)
