"""Who may decide about comments: those who edit the article, and nobody else."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission

from onward_blog.models import CommentState

from .discussion import a_held, a_series, an_article, press, state_of


State = CommentState.State
QUEUE = "onward_blog_comments:queue"
DECIDE = "onward_blog_comments:decide"
UNDO = "onward_blog_comments:undo"
REPLY = "onward_blog_comments:reply"


@pytest.fixture
def article(db):
    return an_article()


def editor_of(series, name, *, permission="change_page"):
    """Return the browser of an account that may work on one series only."""
    from django.contrib.auth import get_user_model

    group = Group.objects.create(name=f"Editors of {name}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    GroupPagePermission.objects.create(
        group=group, page=series, permission=Permission.objects.get(codename=permission)
    )
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "words")
    user.groups.add(group)
    person = Client()
    person.force_login(user)
    person.user = user
    return person


@pytest.fixture
def sections(db):
    """Two series, each with an article, a held comment and an editor of its own."""
    series = [a_series("Section A"), a_series("Section B")]
    states = [a_held(an_article(f"In {s.title}", parent=s), f"In {s.title}") for s in series]
    return [
        (editor_of(s, f"editor-{n}"), state) for n, (s, state) in enumerate(zip(series, states, strict=True))
    ]


def test_editor_sees_and_decides_about_his_own_section(sections):
    (editor, mine), (_other, theirs) = sections

    page = editor.get(reverse(QUEUE)).content.decode()
    assert "In Section A" in page
    assert "In Section B" not in page
    assert "Comments (1)" in page

    press(editor, "approve", mine)
    assert state_of(mine) == State.PUBLIC
    assert state_of(theirs) == State.HELD


@pytest.mark.parametrize("decision", ["approve", "reject", "spam", "hold"])
def test_editor_of_one_section_is_refused_the_comments_of_another(sections, decision):
    (editor, mine), (_other, theirs) = sections

    alone = press(editor, decision, theirs)
    mixed = press(editor, decision, mine, theirs)
    answered = editor.post(reverse(REPLY, args=[theirs.comment_id]), {"text": "Hello."})

    assert [alone.status_code, mixed.status_code, answered.status_code] == [403, 403, 403]
    assert (state_of(mine), state_of(theirs)) == (State.HELD, State.HELD)
    assert CommentState.objects.count() == 2


def test_undo_is_refused_once_the_rights_are_gone(sections):
    (editor, mine), _other = sections
    press(editor, "spam", mine)
    editor.user.groups.all()[0].page_permissions.all().delete()

    assert editor.post(reverse(UNDO)).status_code == 403
    assert state_of(mine) == State.SPAM


def test_account_without_pages_has_no_queue_and_no_menu_item(article, django_user_model):
    user = django_user_model.objects.create_user("nobody", "nobody@example.org", "words")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    person = Client()
    person.force_login(user)
    state = a_held(article)

    assert person.get(reverse(QUEUE)).status_code == 403
    assert press(person, "approve", state).status_code == 403
    assert "onward-comments" not in person.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("name", [QUEUE, DECIDE, UNDO])
def test_stranger_is_led_to_the_login(article, stranger, name):
    response = stranger.post(reverse(name)) if name != QUEUE else stranger.get(reverse(name))

    assert response.status_code == 302
    assert "/login/" in response["Location"]
