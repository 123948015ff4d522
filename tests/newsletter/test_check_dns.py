"""What the DNS says of a sender's domain, asked of a real name server, and what the author is told to do."""

import json

import pytest
from django.core.management import CommandError, call_command

from onward_newsletter.sender_dns import check_sender
from onward_newsletter.sender_dns.lookup import Lookup

from .factories import NewsletterFactory
from .name_server import name_server


DOMAIN = "example.org"
DKIM = f"mail._domainkey.{DOMAIN}"
KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkq" * 30


@pytest.fixture
def dns(settings):
    with name_server() as server:
        settings.ONWARD_NEWSLETTER = {
            **settings.ONWARD_NEWSLETTER,
            "DNS_SERVERS": (server.address,),
            "DKIM_SELECTORS": ("mail",),
        }
        yield server


@pytest.fixture
def in_order(dns):
    """A domain at which nothing is to be put right."""
    dns.txt(DOMAIN, "v=spf1 include:spf.relay.example mx -all", "some-verification=1")
    dns.txt("spf.relay.example", "v=spf1 ip4:192.0.2.0/24 -all")
    dns.txt(DKIM, KEY)
    dns.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject; rua=mailto:dmarc@example.org")
    dns.records[DOMAIN, "MX"] = [f"10 mx.{DOMAIN}."]
    return dns


def found(subject, address=f"mara@{DOMAIN}", **options):
    (check,) = [check for check in check_sender(address, Lookup(**options)) if check.subject == subject]
    return check


def test_domain_in_order_is_told_so(in_order):
    checks = check_sender(f"mara@{DOMAIN}")

    assert [(check.subject, check.level) for check in checks] == [
        ("SPF", "ok"),
        ("DKIM", "ok"),
        ("DMARC", "ok"),
        ("MX", "ok"),
        ("DKIM h=", "note"),
    ]
    assert "2 lookups" in checks[0].message
    assert checks[1].record == KEY
    assert "List-Unsubscribe-Post" in checks[4].cure


def test_domain_without_anything_gets_a_line_to_paste_for_each(dns):
    assert found("SPF").cure == f'{DOMAIN}. IN TXT "v=spf1 mx ~all"'
    assert found("DKIM").cure.startswith(f'{DKIM}. IN TXT "v=DKIM1; k=rsa; p=')
    assert found("DMARC").cure.startswith(f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none;')
    assert found("MX").cure == f"{DOMAIN}. IN MX 10 mail.{DOMAIN}."
    assert {found(subject).level for subject in ("SPF", "DKIM", "DMARC", "MX")} == {"error"}


@pytest.mark.parametrize(
    ("record", "level", "cure"),
    [
        ("v=spf1 mx -all", "ok", ""),
        ("v=spf1 mx ~all", "ok", ""),
        ("v=spf1 redirect=spf.relay.example", "ok", ""),
        ("v=spf1 mx ?all", "warning", "v=spf1 mx ~all"),
        ("v=spf1 mx", "warning", "v=spf1 mx ~all"),
        ("v=spf1 mx +all", "error", "v=spf1 mx ~all"),
        ("v=spf1 all", "error", "v=spf1 ~all"),
        ("v=spf10 mx -all", "error", "v=spf1 mx ~all"),
    ],
)
def test_spf_is_judged_by_how_it_ends(in_order, record, level, cure):
    in_order.txt(DOMAIN, record)

    assert found("SPF").level == level
    assert cure in found("SPF").cure


def test_two_spf_records_are_made_one(in_order):
    in_order.txt(DOMAIN, "v=spf1 mx -all", "v=spf1 include:spf.relay.example mx ~all")

    check = found("SPF")

    assert (check.level, check.cure) == (
        "error",
        f'{DOMAIN}. IN TXT "v=spf1 include:spf.relay.example mx ~all"',
    )


@pytest.mark.parametrize(("inside", "level"), [(9, "ok"), (10, "error")])
def test_lookups_are_counted_through_what_is_included(in_order, inside, level):
    in_order.txt(DOMAIN, "v=spf1 include:many.example -all")
    in_order.txt("many.example", "v=spf1 " + " ".join(f"a:h{n}.example" for n in range(inside)) + " -all")

    assert found("SPF").level == level


def test_spf_records_that_include_each_other_come_to_an_end(in_order):
    in_order.txt(DOMAIN, "v=spf1 include:round.example -all")
    in_order.txt("round.example", f"v=spf1 include:{DOMAIN} -all")

    assert "more than 10 lookups" in found("SPF").message
    assert in_order.asked.count("round.example") == 1


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("v=DKIM1; k=rsa; p=", "error"),
        ("v=DKIM1; t=y; p=ABC", "warning"),
        ("k=rsa; p=ABC", "ok"),
        ("something else", "error"),
    ],
)
def test_key_is_read(in_order, key, level):
    in_order.txt(DKIM, key)

    assert found("DKIM").level == level


def test_without_a_selector_the_author_is_told_which_setting_to_make(in_order, settings):
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "DKIM_SELECTORS": ()}

    assert (found("DKIM").level, "DKIM_SELECTORS" in found("DKIM").cure) == ("warning", True)


@pytest.mark.parametrize(
    ("texts", "level"),
    [
        (["v=DMARC1; p=none"], "warning"),
        (["v=DMARC1;p=quarantine"], "ok"),
        (["v=DMARC1; p=Reject"], "ok"),
        (["v=DMARC1; rua=mailto:a@example.org"], "error"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "error"),
        (["v=spf1 -all"], "error"),
    ],
)
def test_dmarc_is_judged_by_its_policy(in_order, texts, level):
    in_order.txt(f"_dmarc.{DOMAIN}", *texts)

    assert found("DMARC").level == level


def test_dmarc_of_the_domain_above_holds_for_what_is_below(in_order):
    assert found("DMARC", f"mara@news.{DOMAIN}").level == "ok"


def test_domain_that_takes_no_mail_loses_answers(in_order):
    in_order.records[DOMAIN, "MX"] = ["0 ."]
    assert found("MX").level == "error"

    del in_order.records[DOMAIN, "MX"]
    in_order.records[DOMAIN, "A"] = ["192.0.2.1"]
    assert found("MX").level == "warning"


@pytest.mark.parametrize("trouble", ["silent", "broken"])
def test_dns_that_does_not_answer_is_no_verdict(in_order, trouble):
    getattr(in_order, trouble).add(DOMAIN)

    levels = {check.subject: check.level for check in check_sender(f"mara@{DOMAIN}", Lookup(timeout_s=0.3))}

    assert (levels["SPF"], levels["MX"], levels["DKIM"]) == ("unknown", "unknown", "ok")


def test_include_that_does_not_answer_is_no_verdict_either(in_order):
    in_order.broken.add("spf.relay.example")

    assert found("SPF", timeout_s=0.3).level == "unknown"


# The command and the screen


@pytest.mark.django_db
def test_command_tells_each_newsletter_and_ends_well_when_all_is(in_order, capsys):
    NewsletterFactory.create()

    call_command("check_dns")

    told = capsys.readouterr().out
    assert "The Sales Floor <mara@example.org>" in told
    assert "OK      SPF" in told


@pytest.mark.django_db
def test_command_ends_badly_on_an_error_and_answers_as_json(in_order, capsys):
    NewsletterFactory.create()
    in_order.records.pop((DKIM, "TXT"))

    with pytest.raises(CommandError):
        call_command("check_dns", "--json", newsletter="sales-floor")

    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["newsletter"] == "sales-floor"
    assert {check["subject"]: check["level"] for check in answer["checks"]}["DKIM"] == "error"


@pytest.mark.django_db
@pytest.mark.parametrize("slug", [None, "nowhere"])
def test_command_without_a_newsletter_says_so(slug):
    with pytest.raises(CommandError, match="There is no newsletter"):
        call_command("check_dns", newsletter=slug)


@pytest.mark.django_db
def test_author_comes_from_the_newsletter_to_what_the_dns_says(in_order, author):
    newsletter = NewsletterFactory.create()
    in_order.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=none")
    url = f"/admin/newsletter/newsletters/dns/{newsletter.pk}/"

    assert url in author.get(f"/admin/newsletter/newsletters/edit/{newsletter.pk}/").content.decode()
    screen = author.get(url).content.decode()

    assert "only watches" in screen
    assert "v=DMARC1; p=quarantine;" in screen


@pytest.mark.django_db
def test_record_of_a_stranger_is_shown_as_text(in_order, author):
    newsletter = NewsletterFactory.create()
    in_order.txt(DOMAIN, "v=spf1 <script>alert(1)</script> -all")

    screen = author.get(f"/admin/newsletter/newsletters/dns/{newsletter.pk}/").content.decode()

    assert "<script>alert(1)" not in screen
    assert "&lt;script&gt;alert(1)" in screen


@pytest.mark.django_db
def test_who_may_not_change_newsletters_asks_no_dns(in_order, editor):
    newsletter = NewsletterFactory.create()

    assert editor.get(f"/admin/newsletter/newsletters/dns/{newsletter.pk}/").status_code in {302, 403}
    assert not in_order.asked
