"""The author's account, what it may do in the admin, and the name of the site."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.sites.models import Site as DjangoSite
from wagtail.models import Site

from onward_blog.models import Author

from .content import people
from .stage import Stage


#: Whose models the author works with; pages and pictures come with Wagtail's own two groups.
AUTHORED_APPS = ("onward_blog", "onward_polls", "onward_newsletter", "django_comments_xtd", "taggit")


def make_author(stage: Stage) -> None:
    """Make the author's account and profile."""
    user = get_user_model().objects.create_user(
        username=people.AUTHOR_LOGIN,
        email=people.AUTHOR_ADDRESS,
        password=people.AUTHOR_PASSWORD,
        first_name=people.AUTHOR_FIRST_NAME,
        last_name=people.AUTHOR_LAST_NAME,
    )
    user.groups.set(Group.objects.filter(name__in=("Editors", "Moderators")))
    user.groups.add(_authors())
    stage.user = user
    stage.author = Author.objects.create(
        name=user.get_full_name(),
        slug="mara-kalani",
        role=people.AUTHOR_ROLE,
        bio=people.AUTHOR_BIO,
        user=user,
    )


def _authors() -> Group:
    """Return the group that runs polls, comments and the newsletter, without managing accounts or settings."""
    group, _created = Group.objects.get_or_create(name="Authors")
    group.permissions.set(Permission.objects.filter(content_type__app_label__in=AUTHORED_APPS))
    return group


def name_site(stage: Stage) -> None:
    """Give the site its name and the address that BASE_URL says."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site = Site.objects.get(is_default_site=True)
    site.site_name = people.SITE_NAME
    site.hostname = address.hostname or "localhost"
    site.port = address.port or (443 if address.scheme == "https" else 80)
    site.save()
    home = site.root_page.specific
    home.title = home.draft_title = people.SITE_NAME
    home.introduction = people.INTRODUCTION
    home.save_revision(user=stage.user).publish(user=stage.user)
    DjangoSite.objects.update_or_create(
        pk=settings.SITE_ID, defaults={"domain": address.netloc, "name": people.SITE_NAME}
    )
