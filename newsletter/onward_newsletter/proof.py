"""A little work that a browser does before this site writes to an address: cheap for one reader, dear for a flood.

The only module that knows django-altcha, of which it takes the making and checking of challenges. Altcha's own widget
is not used: it starts a worker from a blob and writes a style sheet into the page, both of which a strict
Content-Security-Policy refuses. The box's own script does the same work, and nobody else is asked for anything.
"""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from .conf import get_settings


#: How long a stamp of the second step is good, in seconds.
STAMP_SECONDS = 3600

SALT = "onward_newsletter.second_step.v1"


def is_asked() -> bool:
    """Return whether the subscribe box asks for work."""
    return get_settings().PROOF_OF_WORK


def new_challenge() -> dict[str, Any]:
    """Return a challenge for a browser, ready for JSON: algorithm, challenge, maxNumber, salt and signature."""
    from django_altcha import get_altcha_challenge

    challenge = get_altcha_challenge(max_number=get_settings().PROOF_OF_WORK_EFFORT)
    return {
        "algorithm": challenge.algorithm,
        "challenge": challenge.challenge,
        "maxNumber": get_settings().PROOF_OF_WORK_EFFORT,
        "salt": challenge.salt,
        "signature": challenge.signature,
    }


def is_done(solution: str) -> bool:
    """Return whether a solution is right, not too old, and seen for the first time; counts it as used."""
    from django_altcha import AltchaField

    try:
        AltchaField().clean(solution)
    except ValidationError:
        return False
    # Altcha looks and then writes, so two requests at once could both find a solution unused.
    return _is_first("proof", solution)


def new_stamp(address: str) -> str:
    """Return what the second step carries, for a browser that runs no script; good for this address, once."""
    return signing.dumps(_fingerprint(address), salt=SALT)


def is_stamped(stamp: str, address: str) -> bool:
    """Return whether a stamp was made for this address within the hour and not used before; counts it as used."""
    try:
        fingerprint = signing.loads(stamp, salt=SALT, max_age=STAMP_SECONDS)
    except signing.BadSignature:
        return False
    return fingerprint == _fingerprint(address) and _is_first("stamp", stamp)


def _fingerprint(address: str) -> str:
    return salted_hmac(SALT, address, algorithm="sha256").hexdigest()[:32]


def _is_first(kind: str, token: str) -> bool:
    name = salted_hmac(SALT, token, algorithm="sha256").hexdigest()
    return bool(cache.add(f"onward_newsletter.{kind}.{name}", 1, STAMP_SECONDS))


@register
def check_proof_of_work(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to ask for work that nobody could check."""
    key: str = getattr(settings, "ALTCHA_HMAC_KEY", "")
    if not is_asked() or (find_spec("django_altcha") and key):
        return []
    return [
        Error(
            'ONWARD_NEWSLETTER["PROOF_OF_WORK"] is on, and django-altcha or its key ALTCHA_HMAC_KEY is missing.',
            hint='pip install "wagtail-onward[altcha]", and set ALTCHA_HMAC_KEY to a long secret of its own.',
            id="onward_newsletter.E020",
        )
    ]
