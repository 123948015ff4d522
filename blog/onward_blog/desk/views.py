"""The author's screens: what readers did, the next part, telling readers, mailing an article."""

from typing import Any

import swapper
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from onward_blog import mailing
from onward_blog.mixins import ArticleMixin
from onward_blog.models import Roundup
from onward_blog.responses.folding import fold_article
from onward_blog.responses.registry import left_out
from onward_blog.roundups.document import compile_document
from onward_blog.roundups.next_part import find_draft, may_write_next_part
from onward_blog.roundups.queries import taken_up_in
from onward_blog.roundups.reading import Reading
from onward_blog.roundups.sentences import source_line
from onward_blog.roundups.telling import CannotTell, plan_telling, tell_readers


class ArticleView(WagtailAdminTemplateMixin, View):
    """A screen about one article, for those who may do ``needs`` with it."""

    needs = "can_edit"
    page_title: Any = ""
    header_icon = "list-ul"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        pages = swapper.load_model("wagtailcore", "Page").objects
        self.article = get_object_or_404(pages, pk=kwargs["page_id"]).specific
        if not isinstance(self.article, ArticleMixin):
            raise Http404
        if not self.may():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may(self) -> bool:
        return bool(getattr(self.article.permissions_for_user(self.request.user), self.needs)())

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def get_page_subtitle(self) -> str:
        return str(self.article.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = reverse("wagtailadmin_pages:edit", args=[self.article.pk])
        here = [{"url": edit, "label": self.get_page_subtitle()}, {"url": "", "label": self.page_title}]
        return [*self.breadcrumbs_items, *here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "article": self.article}


class ResponsesView(ArticleView):
    """Everything readers did with one article, source by source, as of now; and the roundups made of it."""

    template_name = "onward_blog/desk/responses.html"
    page_title = gettext_lazy("Reader responses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fold_article(self.article)
        compiled = compile_document(self.article, None, None, for_author=True)
        reading = Reading(compiled.data)
        return {
            **super().get_context_data(**kwargs),
            "reading": reading,
            "questions": [{"question": q, "source_line": source_line(q)} for q in reading.questions],
            "sentences": [quote for quote in compiled.quotes if quote.source == "polls"],
            "left_out": left_out(self.article),
            "roundups": Roundup.objects.filter(page=self.article.pk).prefetch_related("uses__page"),
            "taken_up_in": taken_up_in(self.article),
            "draft": find_draft(self.article),
            "may_write_on": may_write_next_part(self.article, self.request.user),
            "can_mail": mailing.can_mail(),
        }


class TellView(ArticleView):
    """GET shows who would be told and how; POST writes the mails, each of them once."""

    template_name = "onward_blog/desk/tell.html"
    page_title = gettext_lazy("Tell the readers")
    header_icon = "mail"
    needs = "can_publish"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = plan_telling(self.article)
        issue_screen = mailing.issue_screen(plan.issue) if plan.issue else ""
        return {
            **super().get_context_data(**kwargs),
            "plan": plan,
            "issue_screen": issue_screen,
            "can_mail": mailing.can_mail(),
        }

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        try:
            told = tell_readers(self.article)
        except CannotTell as error:
            messages.error(request, str(error))
            return redirect("onward_blog_desk:tell", page_id)
        log(self.article, "onward_blog.readers_told", user=request.user, data={"told": told})
        text = ngettext("%(n)d reader is being told.", "%(n)d readers are being told.", told) % {"n": told}
        messages.success(request, text if told else _("Everybody in the plan had been told before."))
        return redirect("onward_blog_desk:tell", page_id)


class MailArticleView(ArticleView):
    """GET asks how much of the article to mail, and says to how many; POST opens the issue. Nothing is sent here."""

    template_name = "onward_blog/desk/mail_article.html"
    page_title = gettext_lazy("Mail this article")
    header_icon = "mail"
    needs = "can_publish"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "formats": mailing.issue_formats(),
            "issue": mailing.issue_of(self.article),
            "follower_count": len(mailing.followers(self.article)),
        }

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        formats = dict(mailing.issue_formats())
        chosen = request.POST.get("format", "")
        if not mailing.can_mail():
            messages.error(
                request, _("There is no newsletter yet. Make one first, with a sender’s name and address.")
            )
            return redirect("onward_blog_desk:mail", page_id)
        issue = mailing.issue_for_article(
            self.article, chosen if chosen in formats else "full", user=request.user
        )
        return redirect(mailing.issue_screen(issue))
