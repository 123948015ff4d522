"""The moderator's one screen in the Wagtail admin, and what its buttons do."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import permission_denied

from onward_blog.models import CommentState

from . import queue
from .access import may_moderate_anything, states_for
from .errors import CommentError
from .forms import MAX_LENGTH
from .moderating import DECISIONS, MOST_AT_ONCE, decide, reply_as_author
from .numbers import comment_numbers
from .rendering import clean_text


State = CommentState.State
_UNDO = "onward_blog_comments_undo"

#: The decision that takes a comment back to a state.
_BACK = {target: word for word, target in DECISIONS.items()}


@require_safe
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show comments by state, those that wait first; ``?state=``, ``?q=``, ``?article=`` and ``?p=`` narrow it."""
    if not may_moderate_anything(request.user):
        return _forbidden(request)
    asked = queue.Asked.from_query(request.GET)
    items = Paginator(queue.found(request.user, asked), queue.PER_SCREEN).get_page(request.GET.get("p"))
    context = {
        "header_title": _("Comments"),
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Comments")},
        ],
        "header_icon": "comment",
        "asked": asked,
        "tabs": _tabs(request, asked),
        "decisions": [(word, queue.LABELS[word]) for word in queue.TABS[asked.state][1]],
        "items": items,
        "undo": request.session.get(_UNDO),
        "reasons": CommentState.Reason.choices,
        "max_length": MAX_LENGTH,
    }
    return render(request, "onward_blog/comments/admin/queue.html", context)


@require_POST
def decide_comments(request: HttpRequest) -> HttpResponse:
    """Decide about the comments in ``comment``: ``decision`` says how, ``seen`` which state the moderator looked at."""
    numbers = comment_numbers(request.POST.getlist("comment"))
    decision, seen = request.POST.get("decision", ""), request.POST.get("seen", "")
    if not _may_decide(request, numbers):
        return _forbidden(request)
    if decision not in DECISIONS or seen not in queue.TABS or len(numbers) > MOST_AT_ONCE:
        messages.error(request, _("Nothing was changed. Load the page again, then choose what to do."))
    elif not numbers:
        messages.warning(request, _("No comment was chosen, so nothing was changed."))
    else:
        changed = decide(numbers, decision, user=request.user, seen=seen)
        _report(request, decision, seen, changed, len(numbers))
    return _back(request)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back this moderator's last decision, where nobody has decided since."""
    last = request.session.pop(_UNDO, None)
    if last is None:
        messages.warning(request, _("There is nothing to take back."))
        return _back(request)
    if not _may_decide(request, last["comments"]):
        return _forbidden(request)
    changed = decide(last["comments"], last["back"], user=request.user, seen=last["seen"])
    messages.success(request, _taken_back(len(changed)))
    return _back(request)


@require_POST
def reply(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Answer a comment as the author; one that is still held is approved by it."""
    state = states_for(request.user).filter(comment_id=comment_id).select_related("comment").first()
    if state is None:
        return _forbidden(request)
    text = clean_text(request.POST.get("text", ""))
    if not text or len(text) > MAX_LENGTH:
        messages.error(
            request, _("Your reply was not sent: write something, and not more than 5,000 characters.")
        )
        return _back(request)
    try:
        reply_as_author(state, text=text, user=request.user)
    except CommentError as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, _("Your reply is published."))
    return _back(request)


def _tabs(request: HttpRequest, asked: queue.Asked) -> list[dict[str, Any]]:
    counts = queue.counts(request.user, asked)
    tabs = []
    for state, (label, _words) in queue.TABS.items():
        query = request.GET.copy()
        query["state"] = state
        query.pop("p", None)
        tabs.append(
            {
                "label": label,
                "url": f"?{query.urlencode()}",
                "count": counts.get(state, 0),
                "here": state == asked.state,
            }
        )
    return tabs


def _may_decide(request: HttpRequest, numbers: Sequence[int]) -> bool:
    """Return whether every comment is on a page of this account; one that is not spoils them all."""
    there = CommentState.objects.filter(comment_id__in=numbers).exclude(state=State.UNCONFIRMED).count()
    mine = states_for(request.user).filter(comment_id__in=numbers).count()
    return mine == there and may_moderate_anything(request.user)


def _report(
    request: HttpRequest, decision: str, seen: str, changed: Sequence[CommentState], asked_for: int
) -> None:
    if changed:
        request.session[_UNDO] = {
            "comments": [state.comment_id for state in changed],
            "back": _BACK[State(seen)],
            "seen": DECISIONS[decision].value,
            "sentence": _done(decision, len(changed)),
        }
    if left := asked_for - len(changed):
        messages.warning(request, _somebody_else(left))


def _done(decision: str, count: int) -> str:
    sentences = {
        "approve": ngettext("%d comment approved.", "%d comments approved.", count),
        "reject": ngettext("%d comment rejected.", "%d comments rejected.", count),
        "spam": ngettext("%d comment marked as spam.", "%d comments marked as spam.", count),
        "hold": ngettext("%d comment held again.", "%d comments held again.", count),
    }
    return sentences[decision] % count


def _taken_back(count: int) -> str:
    if not count:
        return _("Nothing was taken back: somebody has decided anew since.")
    return ngettext("Taken back for %d comment.", "Taken back for %d comments.", count) % count


def _somebody_else(count: int) -> str:
    return (
        ngettext(
            "Somebody else had decided about %d comment already; it was left as it is.",
            "Somebody else had decided about %d comments already; they were left as they are.",
            count,
        )
        % count
    )


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the screen as it was; only its own query is taken over, never an address."""
    query = request.POST.get("query", "")
    where = reverse("onward_blog_comments:queue")
    is_query = query and len(query) < 500 and query.isprintable()
    return HttpResponseRedirect(f"{where}?{query}" if is_query else where)


def _forbidden(request: HttpRequest) -> HttpResponse:
    """Answer 403: Wagtail would lead to its front page instead, and a refused POST would look like a done one."""
    exception = PermissionError(
        _("You may decide about comments on your own pages only, so nothing was changed.")
    )
    return permission_denied(request, exception)
