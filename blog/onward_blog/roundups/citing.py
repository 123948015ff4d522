"""How to cite a roundup: a line for people, and a data block for search engines of data."""

from datetime import UTC
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onward_blog.conf import blog_settings
from onward_blog.links import absolute

from .components import address_of, permalink
from .reading import Reading
from .sentences import source_line


def citation(roundup: Any, reading: Reading, site: str) -> str:
    """Return "Mara Kalani: Readers’ answers to “…”. The Sales Floor, counted up to 14 May 2026, http://…"."""
    of = f"{reading.series}, {_('Part %(number)d') % {'number': reading.part}}" if reading.part else ""
    title = _("Readers’ answers to “%(title)s”") % {"title": reading.page_title}
    when = _("counted up to %(day)s") % {"day": date_format(reading.until.astimezone(UTC), "j F Y")}
    author = f"{reading.author}: " if reading.author else ""
    where = ", ".join(filter(None, [site, when, absolute(permalink(roundup))]))
    return f"{author}{title}{f' ({of})' if of else ''}. {where}"


def licence() -> dict[str, str]:
    """Return the name and the address of the licence of open data, both "" where none is stated."""
    conf = blog_settings()
    return {"name": conf.DATA_LICENSE_NAME, "url": conf.DATA_LICENSE_URL}


def dataset_document(roundup: Any, reading: Reading, site: str) -> dict[str, Any]:
    """Return a roundup as a schema.org Dataset with its two files; nothing of any reader's words."""
    address = absolute(permalink(roundup))
    since = reading.since or min((q.first_at for q in reading.questions if q.first_at), default=None)
    document: dict[str, Any] = {
        "@type": "Dataset",
        "name": _("What readers said about “%(title)s”") % {"title": reading.page_title},
        "description": " ".join(f"{q.wording} {source_line(q)}" for q in reading.questions)[:5000],
        "url": address,
        "identifier": f"sha256:{roundup.inputs_hash}",
        "version": roundup.inputs_hash[:16],
        "temporalCoverage": f"{since:%Y-%m-%d}/{reading.until:%Y-%m-%d}" if since else "",
        "measurementTechnique": " ".join(reading.method),
        "variableMeasured": [q.wording for q in reading.questions],
        "license": licence()["url"] or licence()["name"],
        "isAccessibleForFree": True,
        "creator": {"@type": "Person", "name": reading.author} if reading.author else None,
        "publisher": {"@type": "Organization", "name": site} if site else None,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": absolute(path)}
            for kind, path in (
                ("text/csv", address_of("onward_blog:roundup_csv", roundup.pk)),
                ("application/json", address_of("onward_blog:roundup_json", roundup.pk)),
            )
        ],
    }
    return {key: value for key, value in document.items() if value}
