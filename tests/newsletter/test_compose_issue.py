"""An author makes an issue from a page and looks at what readers will get."""

import re

import pytest
from wagtail import hooks
from wagtail.models import Page

from onward_newsletter.actions.composing import (
    NoNewsletter,
    check_issue,
    compose_issue,
    issue_for_page,
    unschedule_issue,
)
from onward_newsletter.models import Issue
from onward_newsletter.rendering import IssueContent, RenderedIssue

from .factories import IssueFactory


pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def page():
    return Page.objects.get(depth=1).add_child(
        title="You told me where the week goes", slug="part-2", search_description="Only 19 said coaching."
    )


@pytest.fixture
def article():
    """Let pages bring this body into their issues."""
    bodies = {"html": "<p>The most common answer was not meetings.</p>", "text": ""}

    def content(issue):
        return IssueContent(bodies["html"], bodies["text"]) if issue.page else None

    with hooks.register_temporarily("onward_newsletter_issue_content", content):
        yield bodies


def rendered(article, html, **fields):
    article["html"] = html
    return compose_issue(IssueFactory.create(page=Page.objects.first(), **fields))


def test_page_becomes_a_draft_with_its_title_and_a_preview(page, newsletter, author):
    issue = issue_for_page(page, user=author.user)

    assert (issue.state, issue.newsletter, issue.created_by) == (Issue.State.DRAFT, newsletter, author.user)
    assert (issue.subject, issue.preview_text) == (
        "You told me where the week goes",
        "Only 19 said coaching.",
    )


def test_preview_comes_from_the_first_paragraph_when_the_page_has_no_description(page, newsletter, article):
    page.search_description = ""
    article["html"] = "<h2>Heading</h2><p>The first <b>words</b> of it.</p>"

    assert issue_for_page(page).preview_text == "The first words of it."


def test_second_click_finds_the_same_issue_in_whatever_state(page, newsletter, series):
    first = issue_for_page(page, topic=series)
    Issue.objects.update(state=Issue.State.SUBMITTED)

    assert issue_for_page(page, topic=series, format=Issue.Format.EXCERPT) == first
    assert Issue.objects.get().format == Issue.Format.FULL


def test_next_edition_and_other_kinds_are_issues_of_their_own(page, newsletter):
    issues = {issue_for_page(page), issue_for_page(page, edition=2), issue_for_page(page, kind="reminder")}

    assert len(issues) == 3


def test_issue_goes_to_the_newsletter_of_its_topic(page, newsletter, series):
    assert issue_for_page(page, topic=series).newsletter == series.newsletter


def test_without_a_newsletter_the_author_is_told_to_make_one(db, page):
    with pytest.raises(NoNewsletter, match="There is no newsletter yet"):
        issue_for_page(page)


@pytest.mark.parametrize(
    "title", ["A\r\nBcc: victim@example.org", "A\0B", "A\u2028B", "A\x1b[31mB", " A \n B "]
)
def test_title_with_line_breaks_becomes_one_line(page, newsletter, title):
    page.title = title

    assert issue_for_page(page).subject.isprintable()


def test_mail_says_why_you_get_it_and_how_to_leave(newsletter, series):
    mail = compose_issue(IssueFactory.create(newsletter=newsletter, topic=series))

    for part in (mail.html, mail.text):
        assert "The manager in the middle" in part
        assert "%%unsubscribe_url%%" in part
        assert "%%manage_url%%" in part
        assert "12 Bridge Street, Leeds" in part


def test_nothing_is_loaded_from_elsewhere(newsletter, article):
    mail = rendered(
        article,
        '<p>Text</p><img src="https://tracker.example/p.gif" alt="A chart"><img src="/media/a.png" alt="Ours">'
        '<img src="/media/%%token%%.gif"><script src="//evil.example"></script>'
        '<link rel="stylesheet" href="https://evil.example/x.css"><iframe src="https://evil.example"></iframe>'
        '<p style="background:url(https://evil.example/x)">Styled</p>',
    )

    for stranger in ("tracker.example", "evil.example", "googleapis", "%%token%%"):
        assert stranger not in mail.html
    assert f'src="{BASE}/media/a.png"' in mail.html
    assert 'alt="Ours"' in mail.html
    assert "A chart" in mail.html
    assert "[Ours]" in mail.text


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=alert(1)>x</p>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<mj-include path='/etc/passwd' /><p>x</p>",
        "</mj-text></mj-column></mj-section><mj-raw><script>alert(1)</script></mj-raw>x",
        "<p>x</mj-text>",
        "<p>{{ issue.pk }} {% load i18n %} x</p>",
        "<form action=/x><input name=a></form><p>x</p>",
        "<p>x<",
        "<svg onload=alert(1)><p>x",
        "x" * 3000,
        "<div>" * 200 + "x",
        "<b><i><p>x</b></i>",
        "<ul><li><p>x</p></li></ul>",
        "<li>x</li>",
        "<table><tr><td>x</td><td>y</td></tr></table>",
        "<p>a &amp; b &lt;script&gt; x &nbsp; &#0; \x00</p>",
        "<!-- <mj-raw> --><p>x</p>",
        "<p>x</p><!--/onward:personal-->",
    ],
)
def test_odd_or_hostile_html_becomes_a_harmless_mail(newsletter, article, html):
    mail = rendered(article, html)

    low = mail.html.lower()
    for danger in (
        "<script",
        "javascript:",
        "onclick",
        "onload",
        "<form",
        "<svg",
        "<mj-",
        "data:text",
        "root:",
    ):
        assert danger not in low
    assert "x" in mail.text


def test_recipients_tokens_are_put_into_links_of_this_site_only(newsletter, article):
    mail = rendered(
        article,
        f'<p><a href="{BASE}/v/%%token%%/a">ours</a> <a href="https://evil.example/%%token%%">theirs</a>'
        f' <a href="{BASE}.evil.example/%%token%%">look</a> <a href="//evil.example/%%token%%">alike</a></p>',
    )

    assert f'href="{BASE}/v/%%token%%/a"' in mail.html
    assert "evil.example" not in mail.html + mail.text


def test_choices_of_a_poll_are_large_targets_with_their_addresses_in_the_text(newsletter, article):
    mail = rendered(
        article,
        "<h3>Who helped?</h3><ul>"
        f'<li><a href="{BASE}/v/%%token%%/1">A colleague</a></li><li><a href="{BASE}/v/%%token%%/2">Nobody</a></li></ul>',
    )

    assert mail.html.count("display:block;padding:13px 16px") == 2
    assert f"→ A colleague\n  {BASE}/v/%%token%%/1\n\n→ Nobody" in mail.text


def test_plain_text_reads_well(newsletter, article):
    article["html"] = (
        '<p class="kicker">Part 2 of 4</p><h1><a href="/part-2/">Where the week goes</a></h1>'
        '<p>It was <em>late</em> deliveries, says <a href="https://example.com/a">one</a> &amp; '
        '<a href="/b/">another</a>, and <a href="https://example.com/a">one</a> again.</p>'
        "<blockquote><p>Four teams.</p><p>No talk.</p><footer>a manager</footer></blockquote>"
        "<ul><li>data</li><li>training<ul><li>on site</li></ul></li></ul><ol><li>first</li><li>second</li></ol>"
        "<hr><pre>a\n  b</pre>"
    )
    issue = IssueFactory.create(page=Page.objects.first(), intro="Good morning,\r\n\r\nhere it is.\nAt last.")

    text = compose_issue(issue).text

    assert text.split("\n-- \n")[0] == (
        "The Sales Floor\n\nPART 2 OF 4\n\nWhere the week goes\n===================\n"
        f"{BASE}/part-2/\n\n%%personal_line%%\n\n"
        "Good morning,\n\nhere it is.\nAt last.\n\n"
        "It was late deliveries, says one [1] & another [2], and one [1] again.\n\n"
        "> Four teams.\n>\n> No talk.\n> — a manager\n\n"
        "• data\n• training\n  • on site\n1. first\n2. second\n\n* * *\n\na\n  b\n\n"
        f"[1] https://example.com/a\n[2] {BASE}/b/\n\n%%closing_line%%\n"
    )


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("See https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&amp;c=2"),
        ("(http://example.com/x)", "http://example.com/x"),
        ('"https://example.com/"onclick=alert(1)', "https://example.com/"),
        ("https://example.com/'><img src=x>", "https://example.com/"),
    ],
)
def test_address_typed_into_the_words_around_an_article_is_a_link(newsletter, typed, address):
    mail = compose_issue(IssueFactory.create(newsletter=newsletter, intro=f"Hello, http:// is none. {typed}"))

    assert f'href="{address}"' in mail.html
    assert not re.search(r"<img|<[^>]*onclick", mail.html)
    assert typed in mail.text


def test_text_given_with_the_content_is_taken_as_it_is(newsletter, article):
    article["text"] = "In plain words."

    text = rendered(article, "<p>In HTML.</p>").text

    assert "In plain words." in text
    assert "In HTML." not in text


def test_title_the_body_brings_is_not_said_twice(newsletter, article, page):
    article["html"] = "<h1>You told me where the week goes</h1><p>Text</p>"
    issue = IssueFactory.create(page=page, subject="Part 2 is out")

    assert compose_issue(issue).html.count(">You told me where the week goes<") == 1


def test_mail_has_a_dark_scheme_and_a_language(newsletter):
    html = compose_issue(IssueFactory.create(newsletter=newsletter)).html

    assert "prefers-color-scheme: dark" in html
    assert '<html lang="en-gb"' in html


def test_ordinary_article_stays_far_below_the_limit(newsletter, article):
    mail = rendered(article, "<p>A paragraph of an ordinary length, with some words in it.</p>" * 60)

    assert mail.html_bytes < 40_000


def findings(issue):
    return {(finding.is_error, finding.message) for finding in check_issue(issue, compose_issue(issue))}


def test_issue_too_long_for_gmail_is_an_error(newsletter, article):
    article["html"] = "<p>" + "word " * 30 + "</p>"
    issue = IssueFactory.create(page=Page.objects.first())
    assert not {message for is_error, message in findings(issue) if is_error}

    article["html"] *= 600
    assert any(is_error and "Gmail cuts it off" in message for is_error, message in findings(issue))


def test_empty_issue_is_an_error(newsletter):
    issue = IssueFactory.create(newsletter=newsletter, intro="", subject=" ")

    errors = [finding.message for finding in check_issue(issue, compose_issue(issue)) if finding.is_error]
    assert errors == ["The subject is empty.", "The issue has no content yet."]


def test_missing_address_and_preview_are_warnings_and_an_unpublished_page_an_error(newsletter, page):
    newsletter.postal_address = ""
    newsletter.save()
    page.live = False
    page.save()
    issue = IssueFactory.create(newsletter=newsletter, page=page, preview_text="")

    levels = [is_error for is_error, message in findings(issue)]
    assert sorted(levels) == [False, False, True]


def test_size_is_counted_in_bytes():
    assert RenderedIssue("é", "").html_bytes == 2


def test_scheduled_issue_becomes_a_draft_again_once(newsletter):
    issue = IssueFactory.create(
        newsletter=newsletter,
        state=Issue.State.SCHEDULED,
        scheduled_at="2030-01-01T08:00Z",
        schedule_zone="UTC",
    )

    assert (unschedule_issue(issue), unschedule_issue(issue)) == (True, False)
    assert (issue.state, issue.scheduled_at) == (Issue.State.DRAFT, None)
