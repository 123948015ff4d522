"""Authors in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Author


class AuthorViewSet(SnippetViewSet):
    """Who writes here; chosen on a series and on an article."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_order = 320
    add_to_admin_menu = True
    list_display = ["name", "role"]
    search_fields = ["name", "role"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldPanel(
            "role", help_text=_("One line under the name, for example: ran sales teams for twelve years.")
        ),
        FieldPanel("bio"),
        FieldRowPanel([FieldPanel("portrait"), FieldPanel("link")]),
        FieldPanel("user", help_text=_("The account whose comments carry the author’s badge.")),
        HelpPanel(_("An author is shown over articles and in “About the author”. The account is not shown.")),
    ]
