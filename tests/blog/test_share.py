"""A reader passes an article on; another arrives by it. Both are counted, neither is known."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from onward_blog import signals
from onward_blog.models import ShareCount, ShareLink
from onward_blog.shares.channels import CHANNELS
from onward_blog.shares.codes import channel_of, code_for
from onward_blog.shares.components import ShareLinks

from .discussion import FETCH, Browser, an_article


pytestmark = pytest.mark.django_db
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def article():
    return an_article("Who does the work? & more")


def share_url(article, channel="linkedin"):
    return reverse("onward_blog:share", args=[article.pk, channel])


def share(browser, article, channel="linkedin", **headers):
    return browser.post(share_url(article, channel), headers={**FETCH, "User-Agent": PERSON, **headers})


def arrive(article, code, browser=None, **headers):
    url = reverse("onward_blog:share_arrived", args=[article.pk])
    return (browser or Browser()).post(url, {"via": code}, headers={"User-Agent": PERSON, **headers})


def clicks():
    return sum(ShareCount.objects.values_list("clicks", flat=True))


def arrivals():
    return sum(ShareCount.objects.values_list("arrivals", flat=True))


def test_share_is_counted_and_answered_with_the_new_number(article):
    answer = share(Browser(), article).json()

    assert answer["counted"] is True
    assert "shared 1 time from here" in answer["fragments"][f"share-{article.pk}"]
    row = ShareCount.objects.get()
    assert (row.channel, row.clicks, row.arrivals, row.day) == ("linkedin", 1, 0, timezone.now().date())


def test_signal_says_what_was_counted(article, django_capture_on_commit_callbacks):
    heard = []
    signals.share_counted.connect(lambda **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")

    with django_capture_on_commit_callbacks(execute=True):
        share(Browser(), article, "mail")
    signals.share_counted.disconnect(dispatch_uid="heard")

    assert [(kwargs["page_id"], kwargs["channel"]) for kwargs in heard] == [(article.pk, "mail")]


@pytest.mark.parametrize("channel", CHANNELS)
def test_form_without_script_leads_on_through_a_page_of_ours(article, channel):
    browser = Browser()

    answer = browser.post(share_url(article, channel), headers={"User-Agent": PERSON})
    page = browser.get(answer["Location"])

    assert answer.status_code == 303
    assert answer["Location"] == reverse("onward_blog:share_go", args=[article.pk, channel])
    assert clicks() == 1
    url = f"{settings.WAGTAILADMIN_BASE_URL}{article.url}?via={code_for(article.pk, channel)}"
    content = unescape(page.content.decode())
    target = CHANNELS[channel].target(url=url, title=article.title)
    assert (target or url) in content
    if CHANNELS[channel].opens_a_site:
        assert page["Refresh"] == f"0; url={target}"
    else:
        assert "Refresh" not in page


def test_looking_counts_nothing(article):
    for name in ("share", "share_go"):
        for channel in CHANNELS:
            url = reverse(f"onward_blog:{name}", args=[article.pk, channel])
            assert Browser().get(url).status_code == 200
            assert Browser().head(url).status_code == 200
    assert Browser().get(reverse("onward_blog:share_arrived", args=[article.pk])).status_code == 405

    assert not ShareCount.objects.exists()
    assert not ShareLink.objects.exists()


def test_one_browser_counts_once_a_day_and_channel(article):
    browser = Browser()

    with time_machine.travel(NOON, tick=False):
        answers = [share(browser, article).json()["counted"] for _press in range(50)]
        share(browser, article, "link")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        share(browser, article)

    assert answers == [True] + [False] * 49
    assert clicks() == 3


def test_one_network_counts_twenty_times_an_hour(article):
    with time_machine.travel(NOON, tick=False):
        for _browser in range(30):
            assert share(Browser(), article).status_code == 200
    assert clicks() == 20

    share(Browser(REMOTE_ADDR="203.0.113.7"), article)

    assert clicks() == 21


def test_addresses_of_one_household_are_one_network(article):
    for number in range(30):
        share(Browser(REMOTE_ADDR=f"2001:db8:1:2::{number:x}"), article)

    assert clicks() == 20


@pytest.mark.parametrize(
    "agent",
    [
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "facebookexternalhit/1.1",
        "LinkedInBot/1.0 (compatible)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Baiduspider",
        "Slackbot-LinkExpanding 1.0",
        "ia_archiver",
    ],
)
def test_robots_are_answered_and_not_counted(article, agent):
    assert share(Browser(), article, **{"User-Agent": agent}).status_code == 200
    arrive(article, code_for(article.pk, "link"), **{"User-Agent": agent})

    assert not ShareCount.objects.exists()


def test_target_comes_from_the_table_whatever_the_request_says(article):
    evil = [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "\r\nLocation: x",
    ]

    for value in evil:
        for parameter in ("url", "next", "to", "target", "via"):
            posted = Browser().post(share_url(article) + f"?{parameter}=x", {parameter: value})
            got = Browser().get(
                reverse("onward_blog:share_go", args=[article.pk, "linkedin"]), {parameter: value}
            )
            assert urlsplit(posted["Location"]).netloc == ""
            assert urlsplit(got["Refresh"].removeprefix("0; url=")).netloc == "www.linkedin.com"
            assert b"evil.example" not in got.content


@pytest.mark.parametrize("channel", ["facebook", "evil", "go", "arrivedx", "x" * 300])
def test_channel_outside_the_table_is_not_found(article, channel):
    assert Browser().post(f"/share/{article.pk}/{channel}/").status_code == 404


def test_form_of_another_site_is_refused(article):
    assert share(Browser(), article, Origin="https://evil.example").status_code == 403
    assert not ShareCount.objects.exists()


def test_page_nobody_can_open_is_not_passed_on(article):
    PageViewRestriction.objects.create(page=article, restriction_type=PageViewRestriction.LOGIN)

    assert share(Browser(), article).status_code == 404
    assert arrive(article, code_for(article.pk, "link")).status_code == 404
    assert Browser().get(share_url(article)).status_code == 404
    assert not ShareCount.objects.exists()


def test_arrival_is_counted_for_the_channel_that_brought_it_once_a_day(article):
    code = code_for(article.pk, "whatsapp")

    with time_machine.travel(NOON, tick=False):
        answers = [arrive(article, code) for _reload in range(5)]
        arrive(article, code, Browser(REMOTE_ADDR="203.0.113.7"))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        arrive(article, code)

    assert {answer.status_code for answer in answers} == {204}
    assert not answers[0].cookies
    assert arrivals() == 3
    assert set(ShareCount.objects.values_list("channel", "clicks")) == {("whatsapp", 0)}


def test_code_of_another_page_or_of_nobody_counts_nothing(article):
    other = an_article("Another")
    for code in (code_for(other.pk, "link"), "", "x", "é", "A" * 12, "A" * 5000, "\x00"):
        assert arrive(article, code).status_code == 204

    assert not ShareCount.objects.exists()


def test_kept_code_is_good_after_the_key_was_changed(article, settings):
    share(Browser(), article, "mail")
    code = code_for(article.pk, "mail")

    settings.SECRET_KEY = "another-key-that-is-long-enough-for-everybody-to-be-content"

    assert channel_of(article.pk, code) == "mail"
    assert channel_of(article.pk, code_for(article.pk, "mail")) == "mail"


def test_article_says_how_often_it_was_shared_with_no_address_elsewhere_to_load(article):
    article.get_absolute_url()
    with CaptureQueriesContext(connection) as queries:
        html = ShareLinks(article).render_html()
    assert len(queries) == 1
    assert "shared" not in re.sub(r"<form.*</form>", "", html, flags=re.DOTALL)

    ShareCount.objects.create(page_id=article.pk, channel="link", day=timezone.now().date(), clicks=31)
    page = Browser().get(article.url).content.decode()

    assert "shared 31 times from here" in page
    loads = re.findall(r'<(?:script|img|iframe|source|video|audio)[^>]*\s(?:src|srcset)="([^"]*)"', page)
    loads += re.findall(r'<link[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="([^"]*)"', page)
    assert loads
    assert not [address for address in loads if urlsplit(address).netloc]


def test_links_carry_the_base_url_and_never_the_requests_host(article):
    page = Browser(SERVER_NAME="localhost").get(article.url).content.decode()

    urls = [unescape(url) for url in re.findall(r'data-url="([^"]*)"', page)]
    assert len(urls) == len(CHANNELS)
    for url in urls:
        assert url.startswith(settings.WAGTAILADMIN_BASE_URL)
        assert channel_of(article.pk, parse_qs(urlsplit(url).query)["via"][0])


def test_code_in_the_address_changes_nothing_on_the_page(article):
    plain = Browser().get(article.url)
    shared = Browser().get(article.url, {"via": code_for(article.pk, "link")})

    assert plain.content == shared.content
    assert not shared.cookies


def test_draft_is_not_offered_for_sharing(article):
    article.unpublish()

    assert "<form" not in ShareLinks(article).render_html()
