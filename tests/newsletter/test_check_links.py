"""Links to other sites are asked after, and nobody is led into the site's own network by them."""

import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from django.core.cache import cache
from wagtail import hooks

from onward_newsletter.actions.composing import check_issue, compose_issue
from onward_newsletter.preflight import fetching
from onward_newsletter.preflight.fetching import LinkReport, Verdict, ask, ask_all, is_public
from onward_newsletter.preflight.links import links_elsewhere, remember_report
from onward_newsletter.rendering import IssueContent

from .factories import IssueFactory


ISSUES = "/admin/newsletter/issues"


class Site(BaseHTTPRequestHandler):
    """Answers by its paths: /404, /to/<address>, /no-head, /round, /drip."""

    def do_HEAD(self):
        self.server.asked[f"{self.command} {self.path}"] += 1
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        elif self.path == "/round":
            self.send_response(301)
            self.send_header("Location", "/round")
        elif self.path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif self.path == "/drip":
            self.drip()
            return
        else:
            self.send_response(int(self.path.strip("/") or 200) if self.path.strip("/").isdecimal() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def drip(self):
        try:
            self.wfile.write(b"HTTP/1.0 ")
            while not self.server.is_over.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            return

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.asked, server.is_over = Counter(), threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.is_over.set()
        server.shutdown()
        thread.join()


def here(address):
    """Stand in for the open internet: this machine by its usual address, and nothing else."""
    return address == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("/", Verdict.FINE),
        ("/no-head", Verdict.FINE),
        ("/to//", Verdict.FINE),
        ("/ümläut?q=ß#part", Verdict.FINE),
        ("/404", Verdict.DEAD),
        ("/410", Verdict.DEAD),
        ("/to//404", Verdict.DEAD),
        ("/round", Verdict.DEAD),
        ("/403", Verdict.UNSURE),
        ("/500", Verdict.UNSURE),
    ],
)
def test_answer_of_a_site_is_judged(site, path, verdict):
    report = ask(site.url + path, may_visit=here)

    assert report.verdict == verdict
    assert bool(report.note) == (verdict != Verdict.FINE)


def test_get_is_asked_only_where_head_was_no_use(site):
    ask(site.url + "/", may_visit=here)
    ask(site.url + "/no-head", may_visit=here)

    assert dict(site.asked) == {"HEAD /": 1, "HEAD /no-head": 1, "GET /no-head": 1}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://someone@127.0.0.1:{port}/",
    ],
)
def test_nothing_on_this_machine_is_asked(site, url):
    assert ask(url.format(port=site.server_port)).verdict == Verdict.REFUSED
    assert not site.asked


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378::1",
    ],
)
def test_address_that_is_not_public_is_refused(address):
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert ask(f"http://{host}/").verdict in {Verdict.REFUSED, Verdict.DEAD}


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_address_may_be_asked(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "//localhost.localdomain/",
        "http://[::1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ],
)
def test_redirect_into_the_own_network_is_not_followed(site, target):
    report = ask(f"{site.url}/to/{target}", may_visit=lambda address: here(address) and len(site.asked) < 1)

    assert report.verdict in {Verdict.REFUSED, Verdict.DEAD}
    assert sum(site.asked.values()) == 1


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("http://no-such-name.invalid/", Verdict.DEAD),
        ("ftp://example.org/", Verdict.REFUSED),
        ("http://", Verdict.REFUSED),
        ("http://a:99999/", Verdict.UNSURE),
        ("http://[::1/", Verdict.UNSURE),
    ],
)
def test_address_that_is_none_ends_in_a_sentence(url, verdict):
    report = ask(url)

    # Without a DNS to ask, a name that does not exist is one that nothing is known of.
    assert report.verdict in {verdict, Verdict.UNSURE}
    assert report.note


def test_closed_door_is_unsure():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]

    assert ask(f"http://127.0.0.1:{port}/", may_visit=here).verdict == Verdict.UNSURE


def test_server_that_drips_its_answer_is_left(site, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.5)
    began = time.monotonic()

    assert ask(site.url + "/drip", may_visit=here).verdict == Verdict.UNSURE
    # It drips for ever: that this line is reached at all is what is tested; the number only says by how much.
    assert time.monotonic() - began < 60


def test_many_are_asked_at_once_and_come_back_in_order(site):
    urls = [f"{site.url}/{code}" for code in (200, 404, 500)] * 5

    assert [report.url for report in ask_all(urls, may_visit=here)] == urls


# The author's screen


@pytest.fixture
def body(db):
    cache.clear()
    held = {"html": "<p>Well said.</p>"}
    with hooks.register_temporarily(
        "onward_newsletter_issue_content", lambda issue: IssueContent(held["html"])
    ):
        yield held
    cache.clear()


def test_at_most_fifty_are_asked_after_each_once_and_no_readers_token(body, newsletter):
    body["html"] = "".join(f'<p><a href="https://example.com/{n}">a</a></p>' for n in [*range(60), 1, 2])
    body["html"] += (
        '<p><a href="/v/%%token%%/1">b</a> <a href="mailto:a@example.org">c</a> <a href="/own/">d</a></p>'
    )

    urls = links_elsewhere(compose_issue(IssueFactory.create()))

    assert urls == [f"https://example.com/{n}" for n in range(50)]


def test_author_presses_until_all_are_checked_and_the_issue_says_what_is_dead(body, author, newsletter, site):
    body["html"] = "".join(f'<p><a href="{site.url}/{n}">a</a></p>' for n in range(12))
    issue = IssueFactory.create()
    url = f"{ISSUES}/links/{issue.pk}/"

    assert "0 of 12 links checked" in author.get(url).content.decode()
    assert "onward-press-on" not in author.get(url).content.decode()
    first = author.post(url, follow=True).content.decode()
    assert "10 of 12 links checked" in first
    assert "onward-press-on" in first
    last = author.post(url, follow=True).content.decode()
    assert "12 of 12 links checked" in last
    assert "onward-press-on" not in last

    assert not site.asked
    dead = [finding for finding in check_issue(issue, compose_issue(issue)) if "is dead" in finding.message]
    assert len(dead) == 12
    assert all(finding.is_error for finding in dead)


@pytest.mark.parametrize(
    ("verdict", "levels"),
    [
        (Verdict.FINE, []),
        (Verdict.UNSURE, ["warning"]),
        (Verdict.DEAD, ["error"]),
        (Verdict.REFUSED, ["error"]),
    ],
)
def test_what_was_found_stands_in_the_issue(body, newsletter, verdict, levels):
    body["html"] = '<p><a href="https://example.com/a">a</a></p>'
    issue = IssueFactory.create()
    assert check_issue(issue, compose_issue(issue)) == []

    remember_report(LinkReport("https://example.com/a", verdict, "it says so."))

    assert [finding.level for finding in check_issue(issue, compose_issue(issue))] == levels


def test_looking_asks_nobody_and_strangers_may_not_ask(body, author, editor, newsletter, site):
    body["html"] = f'<p><a href="{site.url}/">a</a></p>'
    issue = IssueFactory.create()

    author.get(f"{ISSUES}/links/{issue.pk}/")
    editor.post(f"{ISSUES}/links/{issue.pk}/")

    assert "0 of 1" in author.get(f"{ISSUES}/links/{issue.pk}/").content.decode()
