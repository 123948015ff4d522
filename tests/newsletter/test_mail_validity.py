"""Every kind of mail, judged by programs that nobody here wrote."""

import os
import re
import shutil
import subprocess
from email import message_from_bytes, policy

import html5lib
import pytest
from django.core import mail as django_mail
from wagtail import hooks

from onward_newsletter import rendering
from onward_newsletter.actions.composing import compose_issue
from onward_newsletter.actions.issues import send_issue
from onward_newsletter.actions.testing import send_test
from onward_newsletter.pump import pump
from onward_newsletter.rendering import IssueContent

from .factories import IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

#: What an ordinary article brings: every kind of block there is.
ARTICLE = """
<p class="kicker">The manager in the middle · Part 2</p><h1><a href="/newsletter/">You told me where the week goes</a></h1>
<p><em>Two hundred and twelve of you answered, and the most common answer was not meetings.</em></p>
<p>It was late deliveries, and what they do to a Monday. “Nobody rings the customer,” wrote a manager in Graz, and
<a href="https://example.com/a">others agree</a>. Here is what I make of it, and one question more.</p>
<h2>What you said</h2><figure><img src="/media/week.png" alt="Hours by task" width="560"><figcaption>In hours</figcaption></figure>
<blockquote><p>Four teams, and no talk between them.</p><footer>a manager</footer></blockquote>
<ul><li>data that nobody reads</li><li>training<ul><li>on site</li></ul></li></ul><ol><li>first</li><li>second</li></ol>
<table><tr><th>Task</th><th>Hours</th></tr><tr><td>Meetings</td><td>9</td></tr></table><pre>a = 1\n  b</pre><hr>
<h3>Who helped you most?</h3><ul><li><a href="/v/%%token%%/1">A colleague &amp; friend</a></li>
<li><a href="/v/%%token%%/2">Nobody</a></li></ul><p><small>A tap opens a page with one button.</small></p>
<p><a class="button" href="/newsletter/">Read and answer on the site</a></p>
"""


@pytest.fixture
def article(db):
    with hooks.register_temporarily("onward_newsletter_issue_content", lambda issue: IssueContent(ARTICLE)):
        yield


def an_issue(newsletter, **fields):
    return IssueFactory.create(
        newsletter=newsletter,
        subject="You told me where the week goes – naïve question №2",
        preview_text="Two hundred and twelve of you answered.",
        intro="Good morning,\n\nhere is the second part.",
        outro="Until next week.\nMara",
        **fields,
    )


def sent():
    """Pump, and return every mail that left as bytes."""
    pump()
    return [message.message().as_bytes() for message in django_mail.outbox]


def the_issue(newsletter, ask, stranger):
    SubscriptionFactory.create(newsletter=newsletter)
    send_issue(an_issue(newsletter))


def the_test(newsletter, ask, stranger):
    send_test(an_issue(newsletter), "author@example.org")


def the_confirmation(newsletter, ask, stranger):
    ask(stranger, "reader@example.org")


def the_reminder(newsletter, ask, stranger):
    subscription = SubscriptionFactory.create(newsletter=newsletter)
    ask(stranger, subscription.subscriber.address)


@pytest.fixture(params=[the_issue, the_test, the_confirmation, the_reminder])
def mail(request, article, newsletter, ask, stranger):
    """One mail of each kind, as it leaves."""
    request.param(newsletter, ask, stranger)
    (one,) = sent()
    return one


def defects(part):
    found = list(part.defects)
    for _name, value in part.items():
        found += getattr(value, "defects", ())
    return (
        found + [each for inner in part.iter_parts() for each in defects(inner)]
        if part.is_multipart()
        else found
    )


def test_pythons_parser_finds_no_defect(mail):
    message = message_from_bytes(mail, policy=policy.default)

    assert defects(message) == []
    assert message.get_body(("plain",)).get_content().strip()
    assert message["Subject"]
    assert message["Message-ID"]
    assert message["Date"].datetime
    assert all(len(line) <= 998 for line in mail.splitlines())


def test_html_is_parsed_without_an_error(mail):
    message = message_from_bytes(mail, policy=policy.default)
    body = message.get_body(("html",))
    html = body.get_content() if body else "<!doctype html><title>none</title>"

    parser = html5lib.HTMLParser(strict=False)
    parser.parse(for_a_validator(html))

    assert parser.errors == []


def for_a_validator(html):
    """Take out what is for Outlook only: conditional comments that are none in HTML ("<![endif]>")."""
    html = re.sub(r"<!--\[if.*?<!\[endif\]-->", "", html, flags=re.DOTALL)
    return re.sub(r"<!--\[if !mso\]><!-->|<!--<!\[endif\]-->|<!\[if[^>]*>|<!\[endif\]>", "", html)


def test_mrml_reads_the_template_strictly(article, newsletter, monkeypatch):
    made = []
    to_html = rendering.mrml.to_html
    monkeypatch.setattr(
        rendering.mrml, "to_html", lambda mjml, *rest: made.append(mjml) or to_html(mjml, *rest)
    )

    compose_issue(an_issue(newsletter))

    output = to_html(made[0])
    assert output.warnings == []


def test_html_loads_nothing_but_the_sites_own_images(mail):
    text = message_from_bytes(mail, policy=policy.default).as_string()
    body = message_from_bytes(mail, policy=policy.default).get_body(("html",))
    html = body.get_content() if body else ""

    assert not re.search(r"@import|@font-face|<link|<script|fonts\.g", html + text)
    for address in re.findall(r'(?:src|background)="([^"]*)"', html):
        assert address.startswith("http://127.0.0.1:8000/media/")
    for image in re.findall(r"<img[^>]*>", html):
        assert re.search(r'alt="[^"]+"', image)
        assert re.search(r'width="\d{2,}"', image)


def test_preview_text_comes_first_is_hidden_and_followed_by_nothing_to_read(article, newsletter):
    html = compose_issue(an_issue(newsletter)).html
    body = html[html.index("<body") :]
    hidden = re.search(r'<div style="([^"]*display:none[^"]*)">([^<]*)</div>', body)

    assert hidden[2].strip("\u00a0\u200c ") == "Two hundred and twelve of you answered."
    assert len(hidden[2]) >= 140
    assert body.index(hidden[2]) < body.index("The Sales Floor")
    for declared in ("max-height:0", "overflow:hidden", "opacity:0"):
        assert declared in hidden[1]


def test_plain_text_has_no_trace_of_html(mail):
    text = message_from_bytes(mail, policy=policy.default).get_body(("plain",)).get_content()

    assert not re.search(r"<[a-z/]|&(?:amp|nbsp|lt|#\d+);|%%|\n{4,}", text)


@pytest.fixture(scope="session")
def spamassassin():
    """Find the program; where everything is to be tried its absence is a failure."""
    program = shutil.which("spamassassin")
    if program is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("spamassassin is not installed: apt-get install spamassassin")
        pytest.skip("spamassassin is not installed: apt-get install spamassassin")
    return program


def test_spamassassin_finds_little_to_complain_of(spamassassin, mail, tmp_path):
    settings = tmp_path / "prefs"
    settings.write_text("use_bayes 0\nuse_auto_welcomelist 0\nskip_rbl_checks 1\ndns_available no\n")
    received = b"Received: from mx.example.org (mx.example.org [93.184.216.34]) by mx.example.com; " + (
        re.search(rb"^Date: (.*)$", mail, re.MULTILINE)[0].removeprefix(b"Date: ") + b"\n"
    )

    judged = subprocess.run(
        [spamassassin, "-L", "-t", "-p", str(settings)],
        input=received + mail,
        capture_output=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path)},
        timeout=120,
    ).stdout.decode("utf-8", "replace")

    score = float(re.search(r"X-Spam-Status:.*?score=(-?[\d.]+)", judged, re.DOTALL)[1])
    assert score <= 1.0, judged[judged.index("Content analysis details") :]
