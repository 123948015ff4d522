"""The checks of a sender's domain, each with the line of DNS that puts it right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from onward_newsletter.addresses import InvalidAddress, normalise_address
from onward_newsletter.conf import get_settings

from .lookup import Lookup, LookupFailed
from .spf import MOST_LOOKUPS, SpfRecord, spf_record, spf_texts


@dataclass(frozen=True)
class Check:
    """One thing looked at. ``level`` is "ok", "note", "warning", "error", or "unknown"."""

    subject: str
    level: str
    message: str
    #: A line of DNS to paste where one helps, or what to do.
    cure: str = ""
    #: What the DNS says now.
    record: str = ""


def check_sender(address: str, lookup: Lookup | None = None) -> list[Check]:
    """Return what the DNS says about the domain of a sender's address; nothing is changed and nobody is mailed."""
    try:
        domain = normalise_address(address).rpartition("@")[2]
    except InvalidAddress:
        return [Check("Address", "error", _("The newsletter has no usable sender's address."))]
    lookup = lookup or Lookup()
    return [
        check
        for subject, fn in CHECKS.items()
        for check in _answered(subject, domain, partial(fn, lookup, domain))
    ]


def _answered(subject: str, domain: str, fn: Callable[[], Iterator[Check]]) -> list[Check]:
    try:
        return list(fn())
    except LookupFailed:
        message = _("The DNS of %(domain)s did not answer, so nothing is known.") % {"domain": domain}
        return [Check(subject, "unknown", message, _("Try again in a few minutes."))]


# SPF


def _spf(lookup: Lookup, domain: str) -> Iterator[Check]:
    texts = spf_texts(lookup, domain)
    if not texts:
        message = _("There is no SPF record, so nobody knows which servers may send for %(domain)s.")
        yield Check("SPF", "error", message % {"domain": domain}, f'{domain}. IN TXT "v=spf1 mx ~all"')
    elif len(texts) > 1:
        message = _("There are %(number)d SPF records; receivers then ignore them all.")
        yield Check(
            "SPF",
            "error",
            message % {"number": len(texts)},
            f'{domain}. IN TXT "{_merged(texts)}"',
            " | ".join(texts),
        )
    else:
        yield _judged_spf(spf_record(lookup, texts[0]), domain)


def _merged(texts: list[str]) -> str:
    terms = [term for text in texts for term in text.split()[1:] if not term.lower().endswith("all")]
    return " ".join(["v=spf1", *dict.fromkeys(terms), "~all"])


def _judged_spf(record: SpfRecord, domain: str) -> Check:
    say = partial(Check, "SPF", record=record.text)
    if record.lookups > MOST_LOOKUPS:
        message = _("The SPF record needs more than %(number)d lookups, so receivers reject it.")
        cure = _("Take out what you no longer send by, or write its servers as ip4: and ip6:.")
        return say("error", message % {"number": MOST_LOOKUPS}, cure)
    strict = " ".join([*(t for t in record.text.split() if not t.lower().endswith("all")), "~all"])
    line = f'{domain}. IN TXT "{strict}"'
    if record.ending == "+all":
        return say("error", _("The SPF record allows everybody to send as you."), line)
    if record.ending in {"", "?all"} and not record.is_redirected:
        return say("warning", _("The SPF record says nothing about servers that it does not name."), line)
    return say("ok", _("One SPF record, %(number)d lookups.") % {"number": record.lookups})


# DKIM


def _dkim(lookup: Lookup, domain: str) -> Iterator[Check]:
    selectors = get_settings().DKIM_SELECTORS
    if not selectors:
        yield Check(
            "DKIM",
            "warning",
            _("Nobody said by which selector the mail is signed, so its key was not looked for."),
            _('Set ONWARD_NEWSLETTER["DKIM_SELECTORS"], for example ["mail"].'),
        )
    for selector in selectors:
        yield _dkim_key(lookup, f"{selector}._domainkey.{domain}")


def _dkim_key(lookup: Lookup, name: str) -> Check:
    keys = [text for text in lookup.texts(name) if "p" in _tags(text)]
    line = f'{name}. IN TXT "v=DKIM1; k=rsa; p={_("<the public key from your mail server>")}"'
    if not keys:
        return Check("DKIM", "error", _("There is no key at %(name)s.") % {"name": name}, line)
    if len(keys) > 1:
        cure = _("Keep the one that your mail server signs with, and take out the others.")
        message = _("There are %(number)d keys at %(name)s.")
        return Check("DKIM", "error", message % {"number": len(keys), "name": name}, cure)
    tags = _tags(keys[0])
    if not tags["p"]:
        message = _("The key at %(name)s is revoked: its p= is empty.") % {"name": name}
        return Check("DKIM", "error", message, line, keys[0])
    if "y" in tags.get("t", "").split(":"):
        message = _("The key at %(name)s says that it is for tests only (t=y).") % {"name": name}
        return Check("DKIM", "warning", message, _("Take t=y out of the record."), keys[0])
    return Check("DKIM", "ok", _("There is a key at %(name)s.") % {"name": name}, record=keys[0])


def _tags(text: str) -> dict[str, str]:
    """Return the tags of a record like "v=DKIM1; p=…", names in lower case, spaces inside values left out."""
    pairs = (piece.partition("=") for piece in text.split(";") if "=" in piece)
    return {name.strip().lower(): "".join(value.split()) for name, _equals, value in pairs}


# DMARC


def _dmarc(lookup: Lookup, domain: str) -> Iterator[Check]:
    for name in _parents(domain):
        texts = [text for text in lookup.texts(f"_dmarc.{name}") if _tags(text).get("v") == "DMARC1"]
        if texts:
            yield _judged_dmarc(texts, name)
            return
    line = f'_dmarc.{domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    message = _("There is no DMARC record. Gmail and Yahoo ask for one from whoever mails many.")
    yield Check("DMARC", "error", message, line)


def _parents(domain: str) -> Iterator[str]:
    """Yield the domain and those above it that can have a record, down to two labels."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[start:])


def _judged_dmarc(texts: list[str], name: str) -> Check:
    tags = _tags(texts[0])
    policy = tags.get("p", "").lower()
    reports = tags.get("rua", f"mailto:postmaster@{name}")
    line = f'_dmarc.{name}. IN TXT "v=DMARC1; p=quarantine; rua={reports}"'
    if len(texts) > 1:
        message = _("There are %(number)d DMARC records; receivers then ignore them all.")
        return Check("DMARC", "error", message % {"number": len(texts)}, line, " | ".join(texts))
    if policy not in {"none", "quarantine", "reject"}:
        return Check("DMARC", "error", _("The DMARC record has no usable policy (p=)."), line, texts[0])
    if policy == "none":
        message = _("DMARC only watches (p=none): mail in your name that is not yours is delivered.")
        return Check("DMARC", "warning", message, line, texts[0])
    message = _("DMARC protects %(domain)s (p=%(policy)s).") % {"domain": name, "policy": policy}
    return Check("DMARC", "ok", message, record=texts[0])


# MX, and what only the mail server's own settings can tell


def _mx(lookup: Lookup, domain: str) -> Iterator[Check]:
    hosts = lookup.records(domain, "MX")
    line = f"{domain}. IN MX 10 mail.{domain}."
    if any(host.split()[-1] == "." for host in hosts):
        message = _("The domain says that it takes no mail, so answers and bounces are lost.")
        yield Check("MX", "error", message, line, ", ".join(hosts))
    elif hosts:
        yield Check("MX", "ok", _("Answers to the sender can be delivered."), record=", ".join(hosts))
    elif lookup.records(domain, "A") or lookup.records(domain, "AAAA"):
        yield Check("MX", "warning", _("There is no MX record; mail goes to the web server."), line)
    else:
        message = _("There is no MX record, so answers and bounces are lost, and many refuse such mail.")
        yield Check("MX", "error", message, line)


def _signed_headers(lookup: Lookup, domain: str) -> Iterator[Check]:
    yield Check(
        "DKIM h=",
        "note",
        _("The button to unsubscribe shows only if DKIM signs its headers; that is set in the mail server."),
        "h=From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:List-Id:List-Unsubscribe:List-Unsubscribe-Post",
    )


CHECKS: dict[str, Callable[[Lookup, str], Iterator[Check]]] = {
    "SPF": _spf,
    "DKIM": _dkim,
    "DMARC": _dmarc,
    "MX": _mx,
    "DKIM h=": _signed_headers,
}
