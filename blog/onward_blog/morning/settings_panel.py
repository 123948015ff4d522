"""The switch of the morning mail, among an account's notifications."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets import SwitchInput

from onward_blog.desk.places import may_edit_any
from onward_blog.models import AuthorDesk


class MorningMailForm(WagtailAdminModelForm):
    """One tick; it is about the account, and is kept on its desk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        user = kwargs.pop("instance")
        desk = AuthorDesk.objects.filter(user=user).first()
        super().__init__(*args, instance=desk or AuthorDesk(user=user), **kwargs)

    class Meta:
        model = AuthorDesk
        fields = ("wants_mail",)
        widgets = {"wants_mail": SwitchInput}
        labels = {"wants_mail": _("Write to me in the morning")}
        help_texts = {
            "wants_mail": _(
                "One mail a day at most, at seven, when readers have answered or something waits for you. "
                "It goes to the address of this account."
            )
        }


class MorningMailPanel(BaseSettingsPanel):
    """Shown to whoever may edit some page."""

    name = "onward_morning"
    title = _("What readers said")
    tab = notifications_tab
    order = 200
    form_class = MorningMailForm

    def is_active(self) -> bool:
        return may_edit_any(self.user)
