"""An author chooses a poll for a page, and finds on its screens how another site shows it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onward_polls.actions import archive_poll
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import a_poll, a_words_poll, vote


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("view", ["choose", "choose_results"])
def test_a_poll_in_the_archive_is_not_offered(author: Client, view: str) -> None:
    a_poll("Still asked?")
    archive_poll(a_poll("Asked long ago?"))

    page = author.get(reverse(poll_viewset.chooser_viewset.get_url_name(view))).content.decode()

    assert "Still asked?" in page
    assert "Asked long ago?" not in page


def edit(author: Client, poll: object) -> str:
    return author.get(reverse(poll_viewset.get_url_name("edit"), args=[poll.pk])).content.decode()


def test_a_poll_for_words_only_has_roles_to_fill_in_and_no_order(author: Client) -> None:
    words, options = a_words_poll(), a_poll()
    vote(words)
    vote(options, "Repair")

    found = [
        [f'name="{name}"' in edit(author, poll) for name in ("roles", "shuffle")] for poll in (words, options)
    ]
    assert found == [[True, False], [True, True]]


def test_the_numbers_hold_the_code_for_another_site(author: Client, settings: Any) -> None:
    poll = a_poll()
    page = reverse(poll_viewset.get_url_name("inspect"), args=[poll.pk])
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "EMBED_ORIGINS": ("https://blog.example.org",)}
    with_sites = author.get(page).content.decode()
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "EMBED_ORIGINS": ()}
    without = author.get(page).content.decode()

    assert f"/polls/{poll.pk}/embed/" in with_sites
    assert "&lt;iframe" in with_sites
    assert "https://blog.example.org" in with_sites
    assert "iframe" not in without
    assert "EMBED_ORIGINS" in without
