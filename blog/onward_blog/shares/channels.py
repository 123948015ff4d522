"""The ways an article can be passed on: a fixed table, so that no request can say where a reader is led."""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Channel:
    """One way to pass an article on."""

    slug: str
    label: str | Promise
    #: The address that opens the channel with the article in it; {url} and {title} are put in quoted. "" opens
    #: nothing: the reader takes the link itself.
    intent: str = ""

    def target(self, *, url: str, title: str) -> str:
        """Return the address that passes this link on, or "" where the reader does it by hand."""
        return self.intent.format(url=quote(url, safe=""), title=quote(title, safe=""))

    @property
    def opens_a_site(self) -> bool:
        return self.intent.startswith("https:")


CHANNELS = {
    channel.slug: channel
    for channel in (
        Channel("link", _("Copy link")),
        Channel("native", _("Share…")),
        Channel("linkedin", "LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url={url}"),
        Channel("mail", _("E-mail"), "mailto:?subject={title}&body={url}"),
        Channel("whatsapp", "WhatsApp", "https://wa.me/?text={title}%20{url}"),
        Channel("bluesky", "Bluesky", "https://bsky.app/intent/compose?text={title}%20{url}"),
    )
}
