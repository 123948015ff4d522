"""Whatever is typed into a comment stays text: in the thread, the fragment, the mail's page and the admin."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.urls import reverse

from onward_blog.comments.rendering import clean_text, count_links, render_comment
from onward_blog.models import CommentState

from .discussion import Browser, a_held, a_public, an_article, an_unconfirmed, confirm_url


PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "</p></div></article><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror\n=\nalert(1)>",
    "<IMG SRC=javascript:alert('x')>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img srcset='x 1x' onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<form action='https://evil.example'><input name=password></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<keygen autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<body onload=alert(1)>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>*{background:url('https://evil.example')}</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A;avascript&colon;alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='https://example.org' onclick=alert(1)>x</a>",
    "<a href='https://example.org' target=_blank style=x>x</a>",
    "javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1) file:///etc/passwd ftp://example.org/x",
    'http://example.org/"onmouseover=alert(1)//',
    "http://example.org/'onmouseover='alert(1)",
    "http://example.org/<script>alert(1)</script>",
    'http://example.org/?q="><script>alert(1)</script>',
    'https://user:pass@example.org/#"><img src=x onerror=alert(1)>',
    'www.example.org/"style="x:y',
    'mailto:a@example.org?body="><script>alert(1)</script>',
    'a@example.org"onclick=alert(1)',
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "[x]: javascript:alert(1)",
    '<https://example.org/" onclick=alert(1)>',
    "{{ 7|add:7 }}{% load x %}{% include 'x' %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<\u017fcript>alert(1)</\u017fcript>",
    "<\x0bscript>alert(1)</\x0cscript>",
    "\u202e<script>alert(1)</script>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<slot name=x><portal src='https://evil.example'>",
    "`;alert(1);//",
    "';alert(1)//\";alert(1)//--></script>",
]


class Seen(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links = Counter(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes |= {(tag, name) for name, _value in attrs}
        self.links += [(value or "", dict(attrs)) for name, value in attrs if tag == "a" and name == "href"]


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_rendered_comment_holds_paragraphs_and_safe_links_only(payload):
    seen = Seen(render_comment(payload))

    assert set(seen.tags) <= {"p", "br", "a"}
    assert seen.attributes <= {("a", "href"), ("a", "rel")}
    for href, attributes in seen.links:
        assert urlsplit(href).scheme in {"http", "https", "mailto"}
        assert attributes["rel"] == "nofollow ugc noopener noreferrer"


@pytest.mark.django_db
def test_no_page_gains_an_element_by_what_is_typed(author):
    """Every page that shows comments, with plain ones and with payloads as texts and names."""

    def pages_with(payloads):
        CommentState.objects.all().delete()
        article = an_article(f"About {payloads[0][:5].encode().hex()}")
        for number, payload in enumerate(payloads):
            fields = {"name": payload[:50], "address": f"n{number}@example.org"}
            unconfirmed = an_unconfirmed(article, f"{payload} waits", **fields)
            held = a_held(article, f"{payload} held", **fields)
            public = a_public(article, payload, **fields)
        urls = [
            article.url,
            reverse("onward_blog:comments", args=[article.pk]),
            reverse("onward_blog:comment_new", args=[article.pk]) + f"?reply_to={public.comment_id}",
            confirm_url(unconfirmed),
            confirm_url(held),
        ]
        admin = [reverse("onward_blog_comments:queue") + f"?state={state}" for state in ("held", "public")]
        pages = [Browser().get(url) for url in urls] + [author.get(url) for url in admin]
        assert {page.status_code for page in pages} == {200}
        return [Seen(page.content.decode()) for page in pages]

    size = 20
    plain = pages_with(["plain"] * size)
    for start in range(0, len(PAYLOADS) - size + 1, size):
        payloads = PAYLOADS[start : start + size]
        for before, after in zip(plain, pages_with(payloads), strict=True):
            assert set(after.tags - before.tags) <= {"a", "p", "br"}, payloads
            assert after.attributes - before.attributes <= {("a", "rel")}, payloads


def test_links_are_made_of_addresses_and_nothing_else():
    html = render_comment(
        "See https://example.org/a?b=1&c=2, www.example.com and me@example.org. Not ftp://x.example"
    )

    assert 'href="https://example.org/a?b=1&amp;c=2"' in html
    assert 'href="mailto:me@example.org"' in html
    assert count_links(html) == 3


def test_paragraphs_and_lines_are_kept_as_they_were_typed():
    html = render_comment("One\r\ntwo\r\n\r\n\r\n\r\nThree")

    assert html == "<p>One<br>two</p><p>Three</p>"


def test_characters_that_disturb_others_are_taken_out():
    assert clean_text("a\u202eb\u2066c\x07d\u200be\x00f") == "abcdef"
    assert clean_text("👩\u200d💻 नि\u200dक") == "👩\u200d💻 नि\u200dक"
    assert len(clean_text("e" + "\u0323" * 10_000)) < 10


@pytest.mark.django_db
def test_command_prints_nothing_of_a_comment(capsys):
    state = a_held(an_article(), "\x1b[31m<script>")

    call_command("moderate", str(state.comment_id), "reject")

    assert "script" not in capsys.readouterr().out
