"""Making an option of what readers wrote beside "other": one page that says what will happen, and one button."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from onward_polls.actions.promoting import promote_words
from onward_polls.desk.write_ins import WriteIn, write_ins
from onward_polls.errors import PollError
from onward_polls.models import plain_text

from .life import edit_url
from .screen import PollScreen, screen_url


class PromoteView(PollScreen):
    """GET shows the text, who wrote it and where it will be offered; POST offers it."""

    page_title = gettext_lazy("Make it an option")
    template_name = "onward_polls/admin/promote.html"

    @cached_property
    def written(self) -> WriteIn:
        """Find what readers wrote by the plain text in the address."""
        plain = plain_text(self.request.GET.get("text", ""))
        found = next((each for each in write_ins(self.poll) if each.plain == plain), None)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "written": self.written,
            "is_open": not self.poll.is_closed and not self.poll.archived_at,
            "back": screen_url("board", self.poll),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Offer it, and open the poll that offers it now."""
        text = request.POST.get("option", "") or self.written.text
        try:
            option = promote_words(self.poll, text, self.written.spellings, user=request.user)
        except PollError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, _("“%(option)s” is an option of this poll now.") % {"option": option})
        return HttpResponseRedirect(edit_url(option.poll))


def promote_urls() -> list[URLPattern]:
    """Return the address of the page, for the viewset."""
    return [path("board/<int:pk>/promote/", PromoteView.as_view(), name="promote")]
