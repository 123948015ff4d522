"""An author who picks a quote sees beside it whether it is typical of its theme, or dissents from it."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from onward_blog.models import Roundup, RoundupQuote
from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup, withdraw_quotes
from onward_blog.roundups.next_part import write_next_part
from onward_polls.models import Poll, Theme
from tests.blog.answers import a_part, a_poll, a_series, words
from tests.blog.editing import address_of_editor, shown
from tests.blog.test_quotes_by_theme import MEETINGS, REPORTS, sorted_under
from tests.conftest import Person


pytestmark = pytest.mark.django_db

CHOOSE = reverse("onward_quote_chooser:choose")
RESULTS = reverse("onward_quote_chooser:choose_results")
ALIKE = "Internal meetings with marketing, then meetings about those meetings."
OTHER = "This sentence is in no theme and would read well on its own."
TYPICAL, DISSENTS = "typical of “Meetings”", "dissents from “Meetings”"


@pytest.fixture
def poll() -> Poll:
    poll = a_poll(results_visibility="always")
    sorted_under(poll, "Meetings", *MEETINGS, ALIKE)
    sorted_under(poll, "Reports", *REPORTS)
    sorted_under(poll, "Two only", "We are two, and two make no middle at all.", "Two of us say so here.")
    words(poll, OTHER)
    return poll


@pytest.fixture
def article(poll: Poll) -> Any:
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    return article


@pytest.fixture
def roundup(article: Any) -> Roundup:
    return compile_roundup(article)


def offered(author: Person, address: str = CHOOSE) -> dict[str, str]:
    """Return {sentence: everything that is read out at its link or label} of the quotes on offer."""
    answer = author.get(address).content.decode()
    html = json.loads(answer)["html"] if answer.startswith("{") else answer
    cells = re.findall(r"<(?:a|label)\b[^>]*>(.*?)</(?:a|label)>", html, flags=re.DOTALL)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
    quotes = RoundupQuote.objects.filter(withdrawn_at=None)
    return {quote.words: text for quote in quotes for text in texts if escape(str(quote)) in text}


@pytest.mark.parametrize("address", [CHOOSE, RESULTS, f"{CHOOSE}?multiple=1", f"{RESULTS}?multiple=1"])
def test_the_link_that_chooses_a_sentence_says_what_it_is_to_its_theme(
    roundup: Roundup, author: Person, address: str
) -> None:
    found = offered(author, address)

    assert len(found) == 11
    typical = [text for text in found.values() if TYPICAL in text]
    assert len(typical) == 1
    assert found[MEETINGS[3]].endswith(DISSENTS)
    assert found[REPORTS[2]].endswith("dissents from “Reports”")
    assert sum("typical of “Reports”" in text for text in found.values()) == 1
    for silent in (OTHER, "We are two, and two make no middle at all."):
        assert found[silent] == escape(str(RoundupQuote.objects.get(words=silent)))


def test_the_editor_says_it_beside_the_sentences_of_a_draft(article: Any, author: Person) -> None:
    draft = write_next_part(article, user=author.user)

    page = shown(author.get(address_of_editor(draft)))

    quote = RoundupQuote.objects.get(words=MEETINGS[3])
    assert f"{quote} · {DISSENTS}" in page
    assert TYPICAL in page
    assert "onward_blog/generated.css" in page


@pytest.mark.parametrize("many", [False, True])
def test_a_sentence_just_chosen_says_it_and_leads_to_its_source(
    roundup: Roundup, author: Person, many: bool
) -> None:
    quote = RoundupQuote.objects.get(words=MEETINGS[3])
    one = reverse("onward_quote_chooser:chosen", args=[quote.pk])
    address = f"{reverse('onward_quote_chooser:chosen_multiple')}?id={quote.pk}" if many else one

    result = author.get(address).json()["result"]

    chosen = result[0] if many else result
    assert chosen["title"] == f"{quote} · {DISSENTS}"
    assert chosen["edit_url"].endswith(f"#words-{quote.source_key}")


def test_what_was_taken_back_is_not_named(roundup: Roundup, author: Person) -> None:
    quote = RoundupQuote.objects.get(words=MEETINGS[3])
    withdraw_quotes(quote.source, [quote.source_key])

    title = author.get(reverse("onward_quote_chooser:chosen", args=[quote.pk])).json()["result"]["title"]

    assert title.startswith("A sentence that its reader took back")
    assert DISSENTS not in title


def test_the_name_of_a_theme_is_text(poll: Poll, article: Any, author: Person) -> None:
    Theme.objects.filter(name="Meetings").update(name="<b>M</b> %(theme)s {0}")
    compile_roundup(article)

    html = json.loads(author.get(CHOOSE).content)["html"]

    assert "<b>M</b>" not in html
    assert "typical of “&lt;b&gt;M&lt;/b&gt; %(theme)s {0}”" in html


def test_a_roundup_made_before_this_names_nothing(roundup: Roundup, author: Person) -> None:
    data = json.loads(canonical_json(roundup.data))
    for ref in data["quotes"]:
        ref.pop("telling", None)
    Roundup.objects.filter(pk=roundup.pk).update(data=data)

    found = offered(author)

    assert len(found) == 11
    assert not any("typical" in text or "dissents" in text for text in found.values())


def test_a_theme_too_small_for_the_roundup_is_named_to_its_author_alone(
    roundup: Roundup, author: Person
) -> None:
    assert "Reports" not in canonical_json(roundup.data)

    Theme.objects.get(name="Reports").delete()

    assert offered(author)[REPORTS[2]].endswith("dissents from a small theme")


def test_a_page_of_quotes_reads_its_roundup_once(
    roundup: Roundup, author: Person, django_assert_max_num_queries: Any
) -> None:
    author.get(RESULTS)

    with django_assert_max_num_queries(11):
        author.get(RESULTS)
