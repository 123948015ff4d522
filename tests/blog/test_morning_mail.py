"""An author gets one mail in the morning, when readers did something or something waits; and nobody else's numbers."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import GroupPagePermission
from wagtail.users.models import UserProfile

from onward_blog.models import AuthorDesk, CommentState
from onward_blog.morning.sending import send_morning_mails
from onward_blog.responses.folding import fold_responses
from onward_blog.tasks import write_in_the_morning
from onward_newsletter.models import Outbox
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.numbers import numbers_in


pytestmark = pytest.mark.django_db

#: Seven in the morning, and a day earlier, when the author was first seen.
MORNING = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
BEFORE = MORNING - timedelta(days=1)
DAY = timedelta(days=1)


@pytest.fixture
def poll():
    return a_poll()


@pytest.fixture
def article(poll):
    return a_part(a_series("Out of date?", planned_parts=1), body=[("poll", poll)])


@pytest.fixture(autouse=True)
def _known_since_yesterday(article, author):
    send_morning_mails(BEFORE)


def mails(address: str = "author@example.org") -> list[Outbox]:
    return list(Outbox.objects.filter(purpose="morning", address=address).order_by("pk"))


def answered(poll, n: int, **kw) -> None:
    ballots(poll, {"Repair": n}, **kw)
    fold_responses()


def test_mail_tells_what_came_in_and_leads_to_the_screens(article, poll, author):
    answered(poll, 11)
    words(poll, "I coach on Fridays.")
    a_public(article, "I disagree.")
    fold_responses()

    assert send_morning_mails(MORNING) == 1

    (mail,) = mails()
    assert mail.subject.startswith("12 answers and 1 comment")
    assert "The squeezed manager: 12 answers (1 with a sentence) and 1 comment." in mail.text
    for text in (mail.text, mail.html):
        assert reverse("onward_blog_desk:numbers", args=[article.pk]) in text
        assert reverse("onward_blog_desk:readers") in text
        assert reverse("wagtailadmin_account") in text
        assert "it counts from the beginning" in text


def test_next_mail_tells_only_what_came_since(article, poll, author):
    answered(poll, 3)
    send_morning_mails(MORNING)
    answered(poll, 2)

    send_morning_mails(MORNING + DAY)

    second = mails()[1]
    assert second.subject.startswith("2 answers")
    assert "Since the mail of Tuesday, 12 May:" in second.text


def test_quiet_days_bring_no_mail_and_lose_nothing(article, poll, author):
    answered(poll, 3)
    assert send_morning_mails(MORNING) == 1

    assert send_morning_mails(MORNING + DAY) == 0
    assert send_morning_mails(MORNING + 2 * DAY) == 0
    answered(poll, 1)
    assert send_morning_mails(MORNING + 3 * DAY) == 1
    assert "Since the mail of Tuesday, 12 May:" in mails()[1].text


def test_what_comes_after_the_morning_waits_for_the_next_one(article, poll, author):
    assert send_morning_mails(MORNING) == 0
    answered(poll, 3)

    assert send_morning_mails(MORNING + timedelta(hours=3)) == 0
    assert send_morning_mails(MORNING + DAY) == 1


def test_nobody_is_woken_before_seven(article, poll, author):
    answered(poll, 3)

    assert send_morning_mails(MORNING - timedelta(minutes=1)) == 0
    assert send_morning_mails(MORNING) == 1


def test_running_again_and_again_writes_once(article, poll, author):
    answered(poll, 3)

    assert [send_morning_mails(MORNING + timedelta(minutes=5 * n)) for n in range(5)] == [1, 0, 0, 0, 0]
    assert len(mails()) == 1


def test_a_beat_that_was_down_is_made_up_for_once(article, poll, author):
    answered(poll, 3)

    assert send_morning_mails(MORNING + timedelta(days=4, hours=9)) == 1
    assert send_morning_mails(MORNING + timedelta(days=4, hours=10)) == 0
    assert len(mails()) == 1


def test_a_run_that_died_leaves_nothing_behind(article, poll, author, monkeypatch):
    answered(poll, 3)
    monkeypatch.setattr("onward_blog.morning.sending.render_to_string", lambda *args: 1 / 0)
    assert send_morning_mails(MORNING) == 0
    monkeypatch.undo()

    assert send_morning_mails(MORNING + timedelta(minutes=5)) == 1
    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("first_of_the_day", "too_early"),
    [
        # Berlin puts its clocks forward on 29 March 2026 and back on 25 October 2026.
        (datetime(2026, 3, 28, 6, 0, tzinfo=UTC), datetime(2026, 3, 28, 5, 59, tzinfo=UTC)),
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 3, 29, 4, 59, tzinfo=UTC)),
        (datetime(2026, 10, 24, 5, 0, tzinfo=UTC), datetime(2026, 10, 24, 4, 59, tzinfo=UTC)),
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, 59, tzinfo=UTC)),
    ],
)
def test_seven_is_seven_on_the_wall_when_clocks_change(
    article, poll, author, settings, first_of_the_day, too_early
):
    settings.TIME_ZONE = "Europe/Berlin"
    AuthorDesk.objects.update(looked_on=date(2026, 3, 1))
    answered(poll, 3)

    assert send_morning_mails(too_early) == 0
    assert send_morning_mails(first_of_the_day) == 1
    later = [first_of_the_day + timedelta(minutes=5 * n) for n in range(1, 12 * 17)]
    assert sum(send_morning_mails(moment) for moment in later) == 0


def test_a_decision_is_news_once_and_stays_in_the_mail(article, poll, author):
    held = a_public(article, "First words of mine.")
    CommentState.objects.filter(pk=held.pk).update(state=CommentState.State.HELD)
    fold_responses()

    assert send_morning_mails(MORNING) == 1
    assert send_morning_mails(MORNING + DAY) == 0
    answered(poll, 1)
    assert send_morning_mails(MORNING + 2 * DAY) == 1

    first, second = mails()
    assert first.subject.startswith("1 thing waits for you")
    for mail in (first, second):
        assert "1 comment is held until you decide." in mail.text
        assert reverse("onward_blog_comments:queue") in mail.text


def test_links_of_the_mail_change_nothing(article, poll, author):
    series = a_series("Goes on")
    open_poll = a_poll()
    part = a_part(series, "Part One", body=[("poll", open_poll)])
    ballots(open_poll, {"Repair": 12})
    answered(poll, 3)
    send_morning_mails(MORNING)
    (mail,) = mails()
    assert "Write the next part" in mail.text
    links = set(re.findall(r'href="https?://[^/"]+([^"#]*)', mail.html))
    before = state_of_the_world()

    for link in links:
        assert author.get(link).status_code == 200, link

    assert reverse("onward_blog_desk:next_part", args=[part.pk]) in links
    assert state_of_the_world() == before


def state_of_the_world() -> list[object]:
    from onward_blog.models import Roundup
    from onward_blog.pages.models import ArticlePage

    models = (ArticlePage, Roundup, Outbox)
    return [*(model.objects.count() for model in models), list(AuthorDesk.objects.values())]


def test_author_of_one_series_hears_nothing_of_another(article, poll, author, django_user_model):
    mine = a_series("Mine")
    my_poll = a_poll()
    a_part(mine, "My part", body=[("poll", my_poll)])
    group = Group.objects.create(name="Writers of one series")
    GroupPagePermission.objects.create(
        group=group, page=mine, permission=Permission.objects.get(codename="change_page")
    )
    writer = django_user_model.objects.create_user("writer", "writer@example.org", "words")
    writer.groups.add(group)
    send_morning_mails(BEFORE)
    answered(poll, 77)

    assert mails("writer@example.org") == []
    send_morning_mails(MORNING)
    assert mails("writer@example.org") == []

    answered(my_poll, 4)
    send_morning_mails(MORNING + DAY)

    (mail,) = mails("writer@example.org")
    assert "My part: 4 answers." in mail.text
    for text in (mail.text, mail.html, mail.subject):
        assert "77" not in numbers_in(text)
        assert "squeezed" not in text
    assert list(AuthorDesk.objects.get(user=writer).mailed["totals"]) == [
        str(page.pk) for page in mine.get_children()
    ]


def test_only_authors_with_an_address_who_are_active_are_written_to(article, poll, django_user_model):
    make = django_user_model.objects
    make.create_superuser("silent", "", "words")
    make.create_superuser("gone", "gone@example.org", "words", is_active=False)
    make.create_user("reader", "reader@example.org", "words")
    send_morning_mails(BEFORE)
    answered(poll, 3)

    send_morning_mails(MORNING)

    assert [mail.address for mail in Outbox.objects.filter(purpose="morning")] == ["author@example.org"]


def test_an_address_that_takes_no_mail_keeps_no_other_from_theirs(article, poll, author, django_user_model):
    django_user_model.objects.create_superuser("broken", "not an address", "words")
    send_morning_mails(BEFORE)
    answered(poll, 3)

    assert send_morning_mails(MORNING) == 1
    assert len(mails()) == 1


def test_new_author_s_first_mail_comes_the_next_morning(article, poll, author, django_user_model):
    answered(poll, 3)
    django_user_model.objects.create_superuser("new", "new@example.org", "words")

    send_morning_mails(MORNING + timedelta(hours=8))
    assert mails("new@example.org") == []
    send_morning_mails(MORNING + DAY)
    assert len(mails("new@example.org")) == 1


def test_author_switches_it_off_in_the_account(article, poll, author):
    account = reverse("wagtailadmin_account")
    form = author.get(account)
    assert 'name="onward_morning-wants_mail"' in form.content.decode()
    fields = {**fields_of(form), "name_email-first_name": "Mara", "name_email-last_name": "Kalani"}
    assert fields.pop("onward_morning-wants_mail") is True
    assert author.post(account, fields).status_code == 302
    answered(poll, 3)

    assert send_morning_mails(MORNING) == 0

    author.post(account, {**fields, "onward_morning-wants_mail": "on"})
    assert send_morning_mails(MORNING + timedelta(hours=1)) == 0
    assert send_morning_mails(MORNING + DAY) == 1


def fields_of(response) -> dict[str, str]:
    """Return what a browser would send back: the fields of every panel as they stand."""
    forms = [panel.get_form() for panels in response.context["panels_by_tab"].values() for panel in panels]
    fields = {field.html_name: field.value() for form in forms for field in form if field.value() is not None}
    return {name: value for name, value in fields.items() if value}


def test_who_edits_nothing_has_no_such_switch(article, client, django_user_model):
    group = Group.objects.create(name="Only inside")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    guest = django_user_model.objects.create_user("guest", "guest@example.org", "words")
    guest.groups.add(group)
    client.force_login(guest)

    assert "onward_morning" not in client.get(reverse("wagtailadmin_account")).content.decode()


def test_mail_speaks_the_language_of_the_account(article, poll, author):
    profile = UserProfile.get_for_user(author.user)
    profile.preferred_language = "de"
    profile.save()
    answered(poll, 3)

    send_morning_mails(MORNING)

    assert '<html lang="de">' in mails()[0].html


def test_what_readers_typed_is_text_in_the_mail(poll, author):
    a_part(a_series("<b>Bold</b>"), "<script>x</script>", body=[("poll", poll)])
    answered(poll, 3)

    send_morning_mails(MORNING)

    (mail,) = mails()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;x&lt;/script&gt;" in mail.html
    assert "<script>x</script>: 3 answers." in mail.text


def test_task_is_in_the_schedule_and_writes(article, poll, author):
    from onward_site.celery import app, beat_schedule

    entry = beat_schedule(pump_seconds=30)["onward_blog.morning_mail"]
    answered(poll, 3)

    with time_machine.travel(MORNING, tick=False):
        write_in_the_morning()

    assert entry["task"] in app.tasks
    assert len(mails()) == 1
