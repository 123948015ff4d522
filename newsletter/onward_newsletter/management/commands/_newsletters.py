"""What the commands about subscribers share: finding what a slug names."""

from django.core.management.base import CommandError

from onward_newsletter.models import Newsletter, Topic


def newsletter_by_slug(slug: str) -> Newsletter:
    """Return a newsletter. Raises CommandError that names those there are."""
    newsletter = Newsletter.objects.filter(slug=slug).first()
    if newsletter is None:
        slugs = ", ".join(Newsletter.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no newsletter {slug!r}. There are: {slugs}.")
    return newsletter


def topic_by_slug(newsletter: Newsletter, slug: str | None, *, takes_ended: bool = False) -> Topic | None:
    """Return a topic, or None for no slug. Raises CommandError that names those there are."""
    if not slug:
        return None
    topics = newsletter.topics.all() if takes_ended else newsletter.topics.filter(ended_at=None)
    topic = topics.filter(slug=slug).first()
    if topic is None:
        slugs = ", ".join(topics.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"{newsletter} has no topic {slug!r} to follow. There are: {slugs}.")
    return topic
