"""What an author is told before an issue goes out: the sentence, the cure, and the way there."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from wagtail import hooks
from wagtail.models import Page, PageViewRestriction, Site

from onward_newsletter.actions.composing import check_issue, compose_issue
from onward_newsletter.actions.issues import IssueNotReady, send_issue
from onward_newsletter.models import Issue
from onward_newsletter.preflight import Finding, Level
from onward_newsletter.rendering import IssueContent, RenderedIssue

from .factories import IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"
ISSUES = "/admin/newsletter/issues"


@pytest.fixture
def body():
    """What the page of an issue brings; a test puts its HTML here."""
    held = {"html": "<p>Well said.</p>"}
    with hooks.register_temporarily(
        "onward_newsletter_issue_content", lambda issue: IssueContent(held["html"])
    ):
        yield held


@pytest.fixture
def page():
    root = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=Page(title="Part 2", slug="part-2"))


def found(html="", body=None, **fields):
    """Return {message: finding} of an issue with this body."""
    if body is not None:
        body["html"] = html
    issue = IssueFactory.create(**fields)
    return {finding.message: finding for finding in check_issue(issue, compose_issue(issue))}


def about(word, findings):
    return [finding for message, finding in findings.items() if word in message]


def test_issue_in_order_has_nothing_to_be_told(newsletter, body, page):
    html = f'<p>See <a href="{BASE}/part-2/">part 2</a>, or <a href="mailto:a@example.org">write</a>.</p>'

    assert found(html, body, page=page) == {}


# Words


@pytest.mark.parametrize(
    "words", ["TK", "TKTK", "TODO", "XXX", "FIXME", "Lorem Ipsum", "lorem ipsum", "[]", "[ ]"]
)
def test_what_was_left_for_later_keeps_the_issue_back(newsletter, body, words):
    (finding,) = found(f"<p>The number is {words} today.</p>", body).values()

    assert finding.is_error
    assert words in finding.message


@pytest.mark.parametrize(
    "html",
    [
        "<p>ATK and Tk and todos and mastodon [1]</p>",
        "<pre># TODO []</pre>",
        "<p>Write <code>x = []</code> first.</p>",
    ],
)
def test_words_that_only_look_alike_and_code_are_left_alone(newsletter, body, html):
    assert found(html, body) == {}


def test_words_of_somebody_else_may_hold_anything(newsletter, body):
    (finding,) = found("<blockquote><p>XXX, she said.</p></blockquote>", body).values()

    assert finding.level == Level.WARNING


@pytest.mark.parametrize("field", ["subject", "preview_text", "intro", "outro"])
def test_finding_in_a_field_leads_to_it(newsletter, author, field):
    (finding,) = found(**{field: "What TK said"}).values()
    path, _hash, anchor = finding.link.partition("#")

    assert finding.is_error
    assert f'id="{anchor}"' in author.get(path).content.decode()


def test_finding_in_the_page_leads_to_its_block(newsletter, body, page):
    html = '<p>Fine.</p><div data-block="0c9e-11"><p>Fine.</p><ul><li>TK</li></ul></div><p>Fine.</p>'
    (finding,) = found(html, body, page=page).values()

    assert finding.link == f"/admin/pages/{page.pk}/edit/#block-0c9e-11-section"


def test_id_of_a_block_cannot_become_more_than_that(newsletter, body, page):
    html = '<div data-block="&quot;><script>alert(1)</script>"><p>TK</p></div>'
    (finding,) = found(html, body, page=page).values()

    assert "<" not in finding.link
    assert '"' not in finding.link


def test_subject_is_there_and_not_too_long(newsletter):
    assert about("characters", found(subject="x" * 79))[0].level == Level.WARNING
    assert not about("characters", found(subject="x" * 78))
    assert about("subject is empty", found(subject=" "))[0].is_error
    assert about("no preview text", found(preview_text=""))[0].level == Level.WARNING


# Sender


@pytest.mark.parametrize(
    ("address", "level"), [("", "error"), ("nobody", "error"), ("a@elsewhere.example", "warning")]
)
def test_sender_is_set_and_of_the_sites_domain(newsletter, settings, address, level):
    settings.WAGTAILADMIN_BASE_URL = "https://www.example.org"
    newsletter.sender_address = address
    newsletter.save()

    (finding,) = about("sender", found())
    assert finding.level == level
    assert finding.link == f"/admin/newsletter/newsletters/edit/{newsletter.pk}/"


@pytest.mark.parametrize(
    "base", ["https://example.org", "https://www.example.org", "https://blog.example.org"]
)
def test_sender_of_the_site_or_of_the_domain_above_is_fine(newsletter, settings, base):
    settings.WAGTAILADMIN_BASE_URL = base

    assert found() == {}


def test_postal_address_is_missed_but_not_needed(newsletter):
    newsletter.postal_address = ""
    newsletter.save()

    assert about("postal address", found())[0].level == Level.WARNING


def test_mail_without_the_way_out_is_kept_back(newsletter):
    issue = IssueFactory.create()
    mail = compose_issue(issue)
    without = RenderedIssue(mail.html, mail.text.replace("%%unsubscribe_url%%", ""), True, mail.parts)

    (finding,) = check_issue(issue, without)
    assert finding.is_error
    assert "issue.txt" in finding.cure


# Content


def test_images_have_a_description_and_a_width(newsletter, body):
    assert len(found('<img src="/media/a.png">', body)) == 2
    assert found('<img src="/media/a.png" alt="A chart" width="480">', body) == {}


def test_size_is_warned_of_before_it_is_refused(newsletter, body, settings):
    size = compose_issue(IssueFactory.create()).html_bytes
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "MAX_HTML_BYTES": size + 10}
    assert [finding.level for finding in about("KB", found())] == ["warning"]

    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "MAX_HTML_BYTES": size - 10}
    assert [finding.level for finding in about("KB", found())] == ["error"]


# Links to the site itself


def test_relative_link_is_an_error_and_one_within_the_page_a_warning(newsletter, body):
    html = '<p><a href="part-2/">a</a> <a href="../b/">b</a> <a href="#notes">c</a> <a>d</a></p>'
    findings = found(html, body)

    assert [finding.is_error for finding in about("relative", findings)] == [True, True]
    assert len(about("leads nowhere in a mail", findings)) == 2


def test_link_to_a_page_is_looked_up_without_asking_for_it(newsletter, body, page):
    assert found('<p><a href="/part-2/?a=b#c">a</a> <a href="/">home</a></p>', body) == {}
    assert about("no page at /part-3/", found('<p><a href="/part-3/">a</a></p>', body))[0].is_error

    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert about("private", found('<p><a href="/part-2">a</a></p>', body))[0].level == Level.WARNING

    Page.objects.filter(pk=page.pk).update(live=False)
    assert about("not published", found('<p><a href="/part-2/">a</a></p>', body))[0].is_error


def test_what_is_no_page_and_still_there_is_fine(newsletter, body, page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("documents/rates.pdf", ContentFile(b"x"))
    html = '<p><a href="/media/documents/rates.pdf">a</a> <a href="/newsletter/">c</a></p>'

    assert found(html, body) == {}
    assert (
        len(found('<p><a href="/media/gone.pdf">a</a> <a href="/media/../../etc/passwd">b</a></p>', body))
        == 2
    )


def test_same_dead_link_is_told_once(newsletter, body):
    assert len(found('<p><a href="/gone/">a</a></p>' * 3, body)) == 1


@pytest.mark.parametrize("state", ["draft", "private"])
def test_page_that_is_mailed_is_to_be_readable(newsletter, body, page, state):
    if state == "draft":
        Page.objects.filter(pk=page.pk).update(live=False)
    else:
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    page.refresh_from_db()

    (finding,) = found(page=page).values()
    assert finding.is_error == (state == "draft")
    assert finding.link == f"/admin/pages/{page.pk}/edit/"


# Who listens


@pytest.fixture
def fault():
    """Another app finds an error and a warning."""
    findings = [
        Finding(Level.WARNING, "The moon is waning.", "Wait."),
        Finding(Level.ERROR, "The sky has fallen.", "Put it <up> again.", "/admin/?a=1&b=2"),
    ]
    with hooks.register_temporarily("onward_newsletter_preflight", lambda issue: findings):
        yield


def test_error_of_any_app_keeps_an_issue_from_being_sent_by_whatever_way(newsletter, author, fault):
    SubscriptionFactory.create(newsletter=newsletter)
    issue = IssueFactory.create()

    with pytest.raises(IssueNotReady, match=r"The sky has fallen\. Put it"):
        send_issue(issue)
    for options in ({}, {"at": "2031-01-01T08:00Z"}):
        with pytest.raises(CommandError, match="The sky has fallen"):
            call_command("send_issue", issue=issue.pk, **options)
    author.post(f"{ISSUES}/send/{issue.pk}/")
    author.post(f"{ISSUES}/schedule/{issue.pk}/", {"when": "2031-07-01 08:00", "zone": "Europe/Berlin"})

    assert Issue.objects.get().state == Issue.State.DRAFT


@pytest.mark.parametrize("screen", ["inspect", "send", "schedule"])
def test_screens_show_errors_first_with_their_cures_and_links(newsletter, author, fault, screen):
    issue = IssueFactory.create()
    html = author.get(f"{ISSUES}/{screen}/{issue.pk}/").content.decode()

    assert html.index("The sky has fallen.") < html.index("The moon is waning.")
    assert "Put it &lt;up&gt; again." in html
    assert 'href="/admin/?a=1&amp;b=2"' in html


def test_warnings_alone_do_not_stop_it(newsletter):
    SubscriptionFactory.create(newsletter=newsletter)
    issue = IssueFactory.create(preview_text="", subject="x" * 90)

    assert send_issue(issue).state != Issue.State.DRAFT
