"""One spelling for each address, and none that could lead somewhere else."""

import pytest

from onward_newsletter.addresses import (
    InvalidAddress,
    address_key,
    canonical_for_limits,
    half_hidden,
    is_normalised,
    normalise_address,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann@Example.ORG ", "ann@example.org"),
        ("o'neil+news@example.org", "o'neil+news@example.org"),
        ("a@exämple.org", "a@xn--exmple-cua.org"),
        ("a@xn--exmple-cua.org", "a@xn--exmple-cua.org"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
        ("a@sub.domain.example", "a@sub.domain.example"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert normalise_address(typed) == kept
    assert is_normalised(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no-at",
        "@example.org",
        "a@",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "ü@example.org",
        "x" * 65 + "@example.org",
        "a@" + "x" * 64 + ".org",
        "a@" + "x." * 130 + "org",
        "a@faß.de",
        "a@-example.org",
        "a@example..org",
        "a@example.org.",
        ".a@example.org",
        "a..b@example.org",
        "a b@example.org",
        '"a b"@example.org',
        "a@example.org\r\nBcc: b@example.org",
        "a@b@example.org",
        "<a@example.org>",
        "a@exam\u2028ple.org",
        "a@ex\x00ample.org",
    ],
)
def test_what_could_be_misread_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        normalise_address(typed)


def test_the_reader_is_told_that_letters_cannot_be_written_to() -> None:
    with pytest.raises(InvalidAddress, match="Before the @ stand letters that mail cannot be sent to"):
        normalise_address("rené@example.org")


def test_the_key_needs_the_secret(settings) -> None:  # type: ignore[no-untyped-def]
    ours = address_key("a@example.org")
    settings.ONWARD_NEWSLETTER = {"ADDRESS_KEY": "another"}

    theirs = address_key("a@example.org")

    assert ours != theirs
    assert len(ours) == len(theirs) == 64


def test_the_key_set_apart_survives_a_new_secret_key(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONWARD_NEWSLETTER = {"ADDRESS_KEY": "kept"}
    before = address_key("a@example.org")
    settings.SECRET_KEY = "new-secret"

    assert address_key("a@example.org") == before


def test_one_mailbox_is_counted_once() -> None:
    spellings = ["an.na@gmail.com", "anna+x@gmail.com", "ANNA@gmail.com"]

    assert {canonical_for_limits(spelling) for spelling in spellings} == {"anna@gmail.com"}
    assert canonical_for_limits("an.na+x@example.org") == "an.na@example.org"


def test_half_hidden_shows_two_letters() -> None:
    assert half_hidden("anna@domain.example") == "a***@d***"
