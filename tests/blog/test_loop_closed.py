"""The next part is published: Part 1 says so, readers are told, and what they take back is gone."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing, versions
from onward_blog.models import RoundupQuote, RoundupUse
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.personal import personal_lines
from onward_blog.roundups.queries import taken_up_in
from onward_blog.roundups.telling import plan_telling, tell_readers
from onward_newsletter.models import Newsletter, Outbox, Subscriber, Subscription
from onward_polls.actions import withdraw_consent
from onward_polls.models import FollowUp
from onward_polls.readers import reader_key
from tests.blog.answers import a_ballot, a_part, a_poll, a_series, accepted, ballots, words


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    poll = a_poll(options=("Repair", "Selling"))
    ballots(poll, {"Repair": 12, "Selling": 5})
    return poll


@pytest.fixture
def quoted(poll):
    return words(poll, "I am the integration layer between four teams.", credit="Ingrid Solheim")


@pytest.fixture
def article(poll, quoted):
    return a_part(a_series("Out of date?"), body=[("poll", poll)])


@pytest.fixture
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


def publish_next_part(article, author):
    draft = accepted(write_next_part(article, user=author.user))
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()
    return draft


def asks_to_be_told(ballot, address: str) -> FollowUp:
    now = timezone.now()
    return FollowUp.objects.create(ballot=ballot, address=address, requested_at=now, confirmed_at=now)


def subscribed(newsletter, address: str, topic=None) -> Subscriber:
    subscriber = Subscriber.objects.create(address=address, address_key=f"{abs(hash(address)):064d}"[:64])
    Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, topic=topic, state="active", confirmed_at=timezone.now()
    )
    return subscriber


def test_part_one_names_the_part_that_took_it_up(article, author):
    assert list(taken_up_in(article)) == []

    part_two = publish_next_part(article, author)

    with CaptureQueriesContext(connection) as queries:
        assert [page.pk for page in taken_up_in(article)] == [part_two.pk]
    assert len(queries) == 1


def test_draft_is_not_named(article, author):
    write_next_part(article, user=author.user)

    assert list(taken_up_in(article)) == []


def test_publishing_and_unpublishing_give_part_one_a_new_version(
    article, author, django_capture_on_commit_callbacks
):
    before = versions.current(article.pk)
    with django_capture_on_commit_callbacks(execute=True):
        part_two = publish_next_part(article, author)
    published = versions.current(article.pk)
    with django_capture_on_commit_callbacks(execute=True):
        part_two.unpublish()

    assert len({before, published, versions.current(article.pk)}) == 3
    assert list(taken_up_in(article)) == []


def test_use_remembers_the_quotes_the_author_kept(article, author, poll):
    words(poll, "The author drops this one.", credit="Olu Adeyemi")
    draft = accepted(write_next_part(article, user=author.user))
    quotes = draft.body[1].value["quotes"]
    kept = [quote for quote in quotes if quote.credit == "Ingrid Solheim"]
    while len(quotes):
        del quotes[0]
    quotes.extend(kept)
    draft.save_revision().publish()

    use = RoundupUse.objects.get(page=draft.pk)

    assert [quote.credit for quote in use.quotes.all()] == ["Ingrid Solheim"]


def test_part_that_gives_a_roundup_up_is_no_longer_named(article, author):
    part_two = publish_next_part(article, author)
    part_two.body = [("paragraph", "<p>Nothing of it is left.</p>")]
    part_two.save_revision().publish()

    assert list(taken_up_in(article)) == []
    assert not RoundupUse.objects.exists()


def test_readers_see_counts_source_and_credit(article, author, reader):
    part_two = publish_next_part(article, author)

    page = reader.get(part_two.url).content.decode()

    assert "18 readers who chose to answer, 4 May 2026: 18 on the page." in page
    assert "<b>13</b> <em>72%</em>" in page
    assert '<rect width="72.2%"' in page
    assert "Ingrid Solheim, quoted with permission" in page
    assert "not a sample of anybody else" in page


def test_sentence_taken_back_is_gone_at_once_and_the_author_sees_it(
    article, author, reader, quoted, django_capture_on_commit_callbacks
):
    part_two = publish_next_part(article, author)
    version = versions.current(part_two.pk)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(quoted)

    page = reader.get(part_two.url).content.decode()
    assert "integration layer" not in page
    assert "Ingrid Solheim" not in page
    assert "The reader who wrote it took it back." in page
    assert "<b>13</b>" in page
    assert versions.current(part_two.pk) != version
    assert not RoundupQuote.objects.exclude(words="").exists()
    assert "A reader took back a sentence" in author.get(reverse("wagtailadmin_home")).content.decode()


def test_roundup_has_a_public_address_only_once_a_part_uses_it(article, author, stranger):
    draft = accepted(write_next_part(article, user=author.user))
    roundup = draft.body[1].value["roundup"]
    address, data = (
        reverse("onward_blog:roundup", args=[roundup.pk]),
        reverse("onward_blog:roundup_json", args=[roundup.pk]),
    )

    assert stranger.get(address).status_code == 404
    assert stranger.get(data).status_code == 404
    assert author.get(address).status_code == 200

    draft.get_latest_revision().publish()
    assert "What readers said about “The squeezed manager”" in stranger.get(address).content.decode()
    answer = stranger.get(data)
    assert answer.headers["ETag"] == f'"{roundup.inputs_hash}"'
    assert answer.json() == roundup.data
    assert "integration layer" not in answer.content.decode()


def test_those_who_asked_get_one_mail_and_never_another(article, author, poll, quoted, newsletter):
    asks_to_be_told(quoted, "ingrid@example.org")
    asks_to_be_told(a_ballot(poll, poll.options.first()), "Ingrid@Example.org")
    asks_to_be_told(a_ballot(poll, poll.options.first()), "olu@example.org")
    FollowUp.objects.create(
        ballot=a_ballot(poll), address="unconfirmed@example.org", requested_at=timezone.now()
    )
    part_two = publish_next_part(article, author)

    plan = plan_telling(part_two)
    told = [tell_readers(part_two), tell_readers(part_two)]

    assert sorted(person.address for person in plan.people) == ["ingrid@example.org", "olu@example.org"]
    assert told == [2, 0]
    mails = {mail.address: mail.text for mail in Outbox.objects.filter(purpose="tell_reader")}
    assert set(mails) == {"ingrid@example.org", "olu@example.org"}
    quote = RoundupQuote.objects.get()
    assert f"http://127.0.0.1:8000{part_two.get_url()}#quote-{quote.pk}" in mails["ingrid@example.org"]
    assert "it quotes you" in mails["ingrid@example.org"]
    assert "#quote" not in mails["olu@example.org"]
    assert FollowUp.objects.filter(told_at=None).count() == 1


def test_reader_who_answered_after_the_freeze_is_not_told_that_the_answer_was_taken_up(
    article, author, poll, quoted
):
    part_two = publish_next_part(article, author)
    asks_to_be_told(a_ballot(poll, poll.options.first(), at=timezone.now()), "late@example.org")

    assert plan_telling(part_two).people == ()
    assert tell_readers(part_two) == 0
    assert FollowUp.objects.get().told_at is None


def test_follower_who_asked_is_told_in_the_issue_and_not_twice(article, author, quoted, newsletter):
    asks_to_be_told(quoted, "ingrid@example.org")
    subscribed(newsletter, "ingrid@example.org")
    part_two = publish_next_part(article, author)

    plan = plan_telling(part_two)

    assert (plan.people, plan.among_followers, plan.follower_count) == ((), 1, 1)
    assert tell_readers(part_two) == 0
    assert FollowUp.objects.get().told_at is None


def test_personal_line_has_the_numbers_an_independent_count_gives(article, author, poll, newsletter):
    answered = subscribed(newsletter, "answered@example.org")
    silent = subscribed(newsletter, "silent@example.org")
    key = reader_key(poll, mailing.subscriber_identity(answered.uuid))
    a_ballot(poll, poll.options.get(text="Selling"), reader_key=key)
    part_two = publish_next_part(article, author)
    ballots(poll, {"Selling": 30}, at=timezone.now())

    slots = mailing.audience_slots(mailing.issue_for_article(part_two), [answered, silent])

    until = part_two.body[1].value["roundup"].until
    chose = poll.ballots.filter(cast_at__lt=until, votes__option__text="Selling").count()
    n = poll.ballots.filter(cast_at__lt=until).count()
    assert (chose, n) == (6, 19)
    assert slots == {
        answered.pk: {"personal_line": f"In Part 1 you chose “Selling”, like {chose} of {n} readers."}
    }


def test_who_answered_after_the_freeze_gets_no_line(article, author, poll, newsletter):
    late = subscribed(newsletter, "late@example.org")
    part_two = publish_next_part(article, author)
    identity = mailing.subscriber_identity(late.uuid)
    a_ballot(poll, poll.options.first(), reader_key=reader_key(poll, identity), at=timezone.now())

    assert personal_lines(part_two, [identity]) == {}


def test_author_sees_the_plan_before_anybody_is_mailed(article, author, quoted, newsletter):
    asks_to_be_told(quoted, "ingrid@example.org")
    part_two = publish_next_part(article, author)
    address = reverse("onward_blog_desk:tell", args=[part_two.pk])

    page = author.get(address).content.decode()
    assert not Outbox.objects.exists()
    author.post(address)
    author.post(address)

    assert re.search(r"Tell 1 reader\s*</button>", page)
    assert Outbox.objects.filter(purpose="tell_reader").count() == 1
    assert "Readers were told on" in author.get(address).content.decode()


def test_draft_tells_nobody(article, author, quoted, newsletter):
    asks_to_be_told(quoted, "ingrid@example.org")
    draft = accepted(write_next_part(article, user=author.user))

    author.post(reverse("onward_blog_desk:tell", args=[draft.pk]))

    assert not Outbox.objects.exists()
