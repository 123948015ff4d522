"""A developer installs the newsletter and is told at once what is wrong."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def found(**kwargs):
    return [message.id for message in run_checks(**kwargs) if message.id.startswith("onward_newsletter.")]


def test_this_site_is_set_up_well():
    assert found() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ONWARD_NEWSLETTER": {"BASE_TEMPLAET": "x"}}, "E001"),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": None}, "E002"),
        ({"WAGTAILADMIN_BASE_URL": ""}, "E003"),
        ({"WAGTAILADMIN_BASE_URL": "example.org"}, "E003"),
        ({"ROOT_URLCONF": "wagtail.admin.urls"}, "E004"),
        ({"ONWARD_NEWSLETTER": {"IN_DOUBT": "perhaps"}}, "E005"),
    ],
)
def test_mistake_is_named_at_start(wrong, code):
    with override_settings(**wrong):
        assert f"onward_newsletter.{code}" in found()


def test_smtp_with_a_timeout_is_fine():
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_TIMEOUT=30):
        assert found() == []


def test_deployment_without_a_key_of_its_own_is_warned():
    assert "onward_newsletter.W001" in found(include_deployment_checks=True)
    with override_settings(ONWARD_NEWSLETTER={"ADDRESS_KEY": "k" * 40}):
        assert "onward_newsletter.W001" not in found(include_deployment_checks=True)
