"""A subscriber answers from the newsletter."""

from collections.abc import Iterator

import pytest
from django.test import Client
from wagtail import hooks

from onward_blog.pages.models import ArticlePage
from onward_polls.actions import add_words
from onward_polls.components import poll_mail_links, poll_mail_text
from onward_polls.models import Ballot, Poll, ReaderLink, TallyDelta
from onward_polls.readers import MailReader
from onward_polls.tally import read_tally, recount
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.factories import an_article, closed_a_while_ago, option


pytestmark = pytest.mark.django_db

MAILED_TO = {
    "token-ada": MailReader("subscriber:ada", "a***@d***", page_ref=7),
    "token-bo": MailReader("subscriber:bo", "b***@d***", page_ref=7),
}


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(MAILED_TO.get, 0)])
    return


def link(poll: Poll, text: str, token: str = "token-ada") -> str:
    return f"/v/{token}/{option(poll, text).uuid}"


def counts(poll: Poll) -> dict[str, int]:
    return {line.text: line.count for line in read_tally(poll).lines if line.count}


def test_the_link_shows_whose_answer_it_will_be_with_the_option_marked(poll: Poll, client: Client) -> None:
    response = client.get(link(poll, "Selling"))

    page = response.content.decode()
    assert "a***@d***" in page
    assert "Not you?" in page
    assert f'value="{option(poll, "Selling").uuid}" checked' in page
    assert page.count(" checked") == 1
    assert not response.cookies
    assert Ballot.objects.count() == 0


def test_the_button_counts_and_the_browser_sees_the_result(poll: Poll, client: Client) -> None:
    response = client.post(link(poll, "Selling"), follow=True)

    assert counts(poll) == {"Selling": 1}
    ballot = Ballot.objects.get()
    assert (ballot.door, ballot.page_ref) == ("mail", 7)
    assert "your answer" in response.content.decode()


def test_a_script_gets_the_voted_card(poll: Poll, client: Client) -> None:
    response = client.post(link(poll, "Selling"), headers=FETCH, follow=True)

    assert response["X-Onward-State"] == "voted"


def test_every_link_of_one_delivery_is_one_ballot(poll: Poll) -> None:
    for text in ("Repair", "Selling", "Reports"):
        Client().post(link(poll, text))

    assert counts(poll) == {"Reports": 1}
    assert Ballot.objects.count() == 1


def test_the_form_on_the_page_may_send_another_option_than_the_link(poll: Poll, client: Client) -> None:
    client.post(link(poll, "Selling"), {"option": str(option(poll, "Repair").uuid)})

    assert counts(poll) == {"Repair": 1}


def test_a_web_vote_and_a_mail_vote_of_one_browser_are_one_ballot_and_the_latest_wins(
    person: ReaderAtPoll,
) -> None:
    person.answer("Repair")

    person.browser.post(link(person.poll, "Selling"))

    assert counts(person.poll) == {"Selling": 1}
    assert Ballot.objects.count() == 1
    person.answer("Reports")
    assert counts(person.poll) == {"Reports": 1}
    assert Ballot.objects.get().door == "web"


def test_words_written_on_the_web_survive_the_merge(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    written = add_words(Ballot.objects.get(), words="I coach.", consent="anonymous")

    person.browser.post(link(person.poll, "Selling"))

    ballot = Ballot.objects.get()
    assert (ballot.uuid, ballot.words, ballot.consent) == (written.uuid, "I coach.", "anonymous")
    assert counts(person.poll) == {"Selling": 1}


def test_two_browsers_of_one_subscriber_are_one_reader(poll: Poll, at_poll: type[ReaderAtPoll]) -> None:
    phone, desk = at_poll(poll), at_poll(poll)
    phone.answer("Repair")
    desk.answer("Selling")

    phone.browser.post(link(poll, "Reports"))
    desk.browser.post(link(poll, "Coaching"))

    assert counts(poll) == {"Coaching": 1}
    assert ReaderLink.objects.count() == 2


def test_a_shared_computer_keeps_two_subscribers_apart(poll: Poll, client: Client) -> None:
    client.post(link(poll, "Repair", "token-ada"))
    client.post(link(poll, "Selling", "token-bo"))

    assert counts(poll) == {"Repair": 1, "Selling": 1}


def test_not_you_leads_to_a_ballot_of_ones_own(poll: Poll, person: ReaderAtPoll) -> None:
    Client().post(link(poll, "Repair"))
    page = person.browser.get(link(poll, "Repair")).content.decode()

    person.answer("Selling")

    assert f'<a href="/polls/{poll.pk}/' in page
    assert counts(poll) == {"Repair": 1, "Selling": 1}


def test_the_books_balance_after_merging(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    person.browser.post(link(person.poll, "Selling"))
    person.browser.post(link(person.poll, "Selling"))

    folded = sum(delta.delta for delta in TallyDelta.objects.filter(option=None))
    assert folded == recount(person.poll)[None, "mail"] == 1


def test_a_link_nobody_mailed_is_told_so(poll: Poll, client: Client) -> None:
    response = client.post(link(poll, "Selling", "made-up"))

    assert response.status_code == 404
    page = response.content.decode()
    assert "does not belong to a mail we know" in page
    assert f'href="/polls/{poll.pk}/"' in page
    assert Ballot.objects.count() == 0


def test_a_link_to_a_question_that_is_not_public_leads_nowhere(poll: Poll, client: Client) -> None:
    there = link(poll, "Selling", "made-up")
    ArticlePage.objects.get().unpublish()

    page = client.get(there).content.decode()

    assert "does not belong to a mail we know" in page
    assert f"/polls/{poll.pk}/" not in page
    assert "on the page instead" not in page


def test_a_link_to_a_closed_poll_says_when_it_closed(poll: Poll, client: Client) -> None:
    closed_a_while_ago(poll)

    response = client.post(link(poll, "Selling"))

    assert response.status_code == 409
    assert "your vote was not counted" in response.content.decode()
    assert ReaderLink.objects.count() == Ballot.objects.count() == 0


def test_a_form_from_another_site_is_refused_though_it_knows_the_token(poll: Poll, client: Client) -> None:
    response = client.post(link(poll, "Selling"), headers={"Origin": "https://evil.example"})

    assert response.status_code == 403
    assert Ballot.objects.count() == 0


def test_a_poll_taken_off_its_page_takes_no_answer_from_mail(poll: Poll, client: Client) -> None:
    an_article(poll).get_parent().get_children().first()
    from onward_blog.pages.models import ArticlePage

    for page in ArticlePage.objects.all():
        page.unpublish()

    assert client.post(link(poll, "Selling")).status_code == 404


def test_the_mail_carries_absolute_links_with_the_slot_untouched(poll: Poll) -> None:
    html, text = poll_mail_links(poll, "%%token%%"), poll_mail_text(poll, "%%token%%")

    address = f"http://127.0.0.1:8000/v/%%token%%/{option(poll, 'Selling').uuid}"
    assert f'href="{address}"' in html
    assert address in text
    assert "What takes most of your week?" in text


def test_a_closed_poll_has_no_links_in_a_mail(poll: Poll) -> None:
    closed_a_while_ago(poll)

    assert "/v/" not in poll_mail_links(poll, "%%token%%")


def test_the_page_of_the_poll_leads_back_to_the_page_that_was_mailed(
    poll: Poll, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = an_article(poll)
    reader = MailReader("subscriber:cy", "c***@d***", page_ref=article.pk)
    monkeypatch.setitem(MAILED_TO, "token-cy", reader)

    before = client.get(link(poll, "Selling", "token-cy")).content.decode()
    after = client.post(link(poll, "Selling", "token-cy"), follow=True).content.decode()

    for page in (before, after):
        assert f'<a href="{article.url}">Back to the article</a>' in page
