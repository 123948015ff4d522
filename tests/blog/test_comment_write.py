"""A reader writes a comment: what is taken, and what is answered where something is wrong."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django_comments_xtd.models import XtdComment

from onward_blog.comments.forms import CommentForm
from onward_blog.models import Author, CommentState

from .discussion import (
    FETCH,
    Browser,
    a_held,
    a_public,
    an_article,
    an_unconfirmed,
    hidden_fields,
    mails_to,
    new_url,
    typed,
)


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


@pytest.fixture
def browser():
    return Browser()


def test_guests_comment_is_stored_unconfirmed_and_nobody_else_sees_it(article, browser):
    response = browser.comment(article, "I coach on Fridays.")

    assert response.status_code == 200
    assert "we have sent you an e-mail" in response.content.decode()
    state = CommentState.objects.get()
    assert (state.state, state.comment.is_public) == (State.UNCONFIRMED, False)
    assert b"I coach on Fridays." not in Browser().get(article.url).content


def test_mail_that_asks_to_confirm_has_no_word_of_what_was_typed(article, browser):
    browser.comment(article, "BUY at http://evil.example", name="CHEAP WATCHES")

    [mail] = mails_to("reader@example.org")
    for part in (mail.subject, mail.text, mail.html):
        assert "BUY" not in part
        assert "evil.example" not in part
        assert "CHEAP" not in part
    assert article.title in mail.text


def test_without_script_the_form_takes_one_press_more_and_keeps_the_text(article, browser):
    asked = browser.post(new_url(article), typed("Two\n\nparagraphs <b>"))
    page = asked.content.decode()

    assert asked.status_code == 200
    assert asked["Cache-Control"].find("no-store") >= 0
    assert "Two\n\nparagraphs &lt;b&gt;" in page
    assert not CommentState.objects.exists()
    assert not mails_to("reader@example.org")

    sent = browser.post(new_url(article), {**hidden_fields(page), **typed("Two\n\nparagraphs <b>")})
    assert sent.status_code == 303
    assert "waits for you" in browser.get(sent["Location"]).content.decode()
    assert CommentState.objects.get().reason == ""


def test_form_in_the_article_carries_nothing_of_its_reader(article):
    page = Browser().get(article.url).content.decode()

    form = re.search(r'<div id="comment-form-\d+" hidden>(.*?)</div>', page)
    assert form is not None
    assert form[1] == ""
    assert "csrfmiddlewaretoken" not in page


def test_token_of_another_browser_is_asked_about_and_stores_nothing(article, browser):
    stolen = Browser().tokens_for(article)

    response = browser.post(new_url(article), {**stolen, **typed()}, headers=FETCH)

    assert response.status_code == 200
    assert "Press the button once more" in response.content.decode()
    assert not CommentState.objects.exists()


def test_form_of_another_site_is_refused(article, browser):
    response = browser.comment(article, headers={**FETCH, "Origin": "https://evil.example"})

    assert response.status_code == 403
    assert not CommentState.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("comment", "", "Your comment is empty"),
        ("comment", " \n\t\u200b ", "Your comment is empty"),
        ("comment", "x" * 5001, "5001 characters; 5000 is the limit"),
        ("comment", "a\x00b" * 2, ""),
        ("name", "", "Say what we may call you"),
        ("name", "\u202e\u200b", "Say what we may call you"),
        ("name", "n" * 51, "51 characters; 50 is the limit"),
        ("email", "", "We need your address"),
        ("email", "no address", "does not look like an e-mail address"),
        ("email", "a@b@c", "does not look like an e-mail address"),
        ("email", "a\r\nBcc: x@example.org", "does not look like an e-mail address"),
        ("email", f"{'a' * 250}@example.org", ""),
        ("reply_to", "twelve", "cannot be found"),
        ("reply_to", "-1", "cannot be found"),
        ("reply_to", "9" * 40, "cannot be found"),
        ("reply_to", "999999", "no longer there"),
        ("honeypot", "http://", "A field that nobody sees was filled in"),
        ("timestamp", "yesterday", "open for too long"),
        ("timestamp", "9" * 30, "open for too long"),
        ("timestamp", "1", "open for too long"),
        ("security_hash", "0" * 64, "open for too long"),
        ("security_hash", "", "open for too long"),
        ("object_pk", "1", "open for too long"),
        ("content_type", "auth.user", "open for too long"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_the_text_is_kept(article, browser, field, value, sentence):
    fields = {"comment": "My kept words.", "name": "Kept Name", "email": "kept@example.org", field: value}

    response = browser.comment(article, fields.pop("comment"), **fields)
    page = response.content.decode()

    assert response.status_code == 400
    assert sentence in page
    assert not CommentState.objects.exists()
    for name, kept in (("comment", "My kept words."), ("name", "Kept Name"), ("email", "kept@example.org")):
        assert name == field or kept in page


def test_stale_form_is_given_out_again_and_can_be_sent_at_once(article, browser):
    hidden = {**browser.tokens_for(article), **CommentForm(article).security_fields(seconds_old=90_000)}

    refused = browser.post(new_url(article), {**hidden, **typed("Written overnight.")}, headers=FETCH)
    again = browser.post(
        new_url(article),
        {**hidden_fields(refused.content.decode()), **typed("Written overnight.")},
        headers=FETCH,
    )

    assert refused.status_code == 400
    assert again.status_code == 200
    assert CommentState.objects.get().comment.comment == "Written overnight."


def test_reply_stands_below_its_parent_and_deeper_ones_stay_on_the_third_level(article):
    parent = a_public(article, "One")
    for depth in range(4):
        parent = a_public(article, f"Deeper {depth}", reply_to=parent.comment_id)

    levels = list(XtdComment.objects.order_by("pk").values_list("level", flat=True))
    assert levels == [0, 1, 2, 2, 2]
    page = Browser().get(article.url).content.decode()
    assert "Deeper 3" in page
    assert "answers Tess O." in page


@pytest.mark.parametrize("kind", ["held", "unconfirmed", "elsewhere"])
def test_only_a_public_comment_of_the_same_page_is_answered(article, browser, kind):
    make = {"held": a_held, "unconfirmed": an_unconfirmed, "elsewhere": a_public}[kind]
    parent = make(an_article("Another") if kind == "elsewhere" else article, "A parent")
    before = CommentState.objects.count()

    response = browser.comment(article, "A reply", reply_to=parent.comment_id)

    assert response.status_code == 400
    assert "no longer there" in response.content.decode()
    assert "A reply" in response.content.decode()
    assert CommentState.objects.count() == before


@pytest.mark.parametrize("name", ["mara kalani", "MARA  KALANI", "Mara\u200b Kalani", "mara", "Ines Author"])
def test_guests_cannot_take_the_name_of_somebody_who_works_here(article, browser, name):
    get_user_model().objects.create_user("mara", "mara@example.org", first_name="Mara", last_name="Kalani")
    Author.objects.create(name="Ines Author", slug="ines")

    response = browser.comment(article, name=name)

    assert response.status_code == 400
    assert "Somebody who works on this site" in response.content.decode()


def test_guests_cannot_use_the_address_of_an_account(article, browser):
    get_user_model().objects.create_user("mara", "mara@example.org")

    response = browser.comment(article, email="Mara@Example.org")

    assert response.status_code == 400
    assert not mails_to("mara@example.org")


def test_author_needs_no_confirmation_and_carries_the_badge(article, author):
    Author.objects.create(name="Mara Kalani", slug="mara", user=author.user)

    fragments = author.post(reverse("onward_blog:reader", args=[article.pk])).json()["fragments"]
    hidden = hidden_fields(fragments[f"comment-form-{article.pk}"])
    response = author.post(new_url(article), {**hidden, "comment": "From the author."}, headers=FETCH)

    assert "You are signed in and write as" in fragments[f"comment-who-{article.pk}"]
    assert "Your comment is published." in response.content.decode()
    page = Browser().get(article.url).content.decode()
    assert '<span class="onward-comment__badge">author</span>' in page
    assert "Mara Kalani" in page


def test_account_without_rights_waits_for_the_author_the_first_time(article, django_user_model, client):
    client.force_login(django_user_model.objects.create_user("nora", "nora@example.org", "words"))
    fragments = client.post(reverse("onward_blog:reader", args=[article.pk])).json()["fragments"]

    client.post(
        new_url(article), {**hidden_fields(fragments[f"comment-form-{article.pk}"]), "comment": "Hello."}
    )

    state = CommentState.objects.get()
    assert state.state == State.HELD
    assert not mails_to("nora@example.org")


def test_own_comment_is_in_the_readers_fragment_and_in_nobody_elses(article, browser):
    browser.comment(article, "Only mine so far.")
    url = reverse("onward_blog:reader", args=[article.pk])

    mine = browser.get(url).json()["fragments"]
    others = Browser().get(url).json()["fragments"]

    assert "Only mine so far." in mine[f"comments-own-{article.pk}"]
    assert "Only mine so far." not in str(others)
    assert "Only mine so far." not in browser.get(article.url).content.decode()


def test_no_address_and_no_network_is_kept_or_shown(article):
    a_public(article, "Public words.", address="secret@example.org")

    assert XtdComment.objects.get().ip_address is None
    pages = [
        article.url,
        reverse("onward_blog:comments", args=[article.pk]),
        reverse("onward_blog:reader", args=[article.pk]),
    ]
    for url in pages:
        content = Browser().get(url).content.decode()
        assert "secret" not in content
        assert "gravatar" not in content


def test_address_no_mail_can_be_sent_to_gets_a_sentence(article, browser):
    response = browser.comment(article, "My kept words.", email='"x"@example.org')

    assert response.status_code == 400
    assert "We cannot send mail to this address" in response.content.decode()
    assert "My kept words." in response.content.decode()
    assert not CommentState.objects.exists()
