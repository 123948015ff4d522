"""Install one app in a bare project and make one object of it; run by test_each_app_alone.py, in its own process."""

import sys

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command


OURS = ("onward_blog", "onward_polls", "onward_newsletter", "onward_site")


def one_object(app: str) -> str:
    """Make the thing the app is for and return how it shows itself."""
    if app == "onward_polls":
        poll = apps.get_model(app, "Poll").objects.create(question="What takes most of your week?")
        poll.options.create(text="Administration")
        return str(poll)
    if app == "onward_newsletter":
        newsletter = apps.get_model(app, "Newsletter").objects.create(
            name="Onward", slug="onward", sender_name="Onward", sender_address="onward@somebody.example"
        )
        return str(newsletter)
    return str(apps.get_model(app, "Author").objects.create(name="Mara Kalani", slug="mara-kalani"))


def one_page() -> str:
    """Make a series with an article in it, when the ready-made pages are installed."""
    from wagtail.models import Page

    pages = apps.get_app_config("onward_blog_pages")
    series = Page.get_first_root_node().add_child(
        instance=pages.get_model("SeriesPage")(title="The series", slug="the-series")
    )
    return str(series.add_child(instance=pages.get_model("ArticlePage")(title="Part one", slug="part-one")))


def main() -> None:
    django.setup()
    call_command("check", fail_level="WARNING")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("makemigrations", check=True, dry_run=True)
    app = next(name for name in OURS if apps.is_installed(name))
    print(one_object(app))
    if apps.is_installed("onward_blog.pages"):
        print(one_page())
    strangers = {name.split(".")[0] for name in sys.modules} & set(OURS) - {app}
    if strangers:
        sys.exit(f"{settings.SETTINGS_MODULE} got {sorted(strangers)} as well, which it did not install.")


main()
