"""Put a HomePage where Wagtail's welcome page stands, and give the site the name and address of the settings."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import migrations
from wagtail.models import Site


def create_front_page(apps, schema_editor):
    content_type_model = apps.get_model("contenttypes", "ContentType")
    page_model = apps.get_model("wagtailcore", "Page")
    welcome = page_model.objects.filter(
        depth=2, numchild=0, content_type__app_label="wagtailcore", content_type__model="page"
    ).first()
    if welcome is None:
        return
    content_type, _created = content_type_model.objects.get_or_create(
        app_label="onward_home", model="homepage"
    )
    path, locale_id = welcome.path, welcome.locale_id
    welcome.delete()
    home = apps.get_model("onward_home", "HomePage").objects.create(
        title="Home",
        draft_title="Home",
        slug="home",
        content_type=content_type,
        path=path,
        depth=2,
        numchild=0,
        url_path="/home/",
        locale_id=locale_id,
        live=True,
    )
    create_site(apps.get_model("wagtailcore", "Site"), home)


def create_site(site_model, home):
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site_model.objects.filter(is_default_site=True).delete()
    site_model.objects.create(
        hostname=address.hostname or "localhost",
        port=address.port or (443 if address.scheme == "https" else 80),
        site_name=settings.WAGTAIL_SITE_NAME,
        root_page_id=home.pk,
        is_default_site=True,
    )
    Site.clear_site_root_paths_cache()


def leave_as_it_is(apps, schema_editor):
    """Keep the pages: going back must not delete what was written under the front page."""


class Migration(migrations.Migration):
    dependencies = [
        ("onward_home", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_front_page, leave_as_it_is)]
