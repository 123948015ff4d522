"""Secrets come from NAME or from the file that NAME_FILE points to; weak ones are refused by name."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


#: Django's own deployment check asks for as many.
MINIMUM_LENGTH = 50


def read_secret(name: str) -> str:
    """Return the variable, or the content of the file that NAME_FILE names, or an empty string."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names a file that cannot be read: {error.strerror}."
        ) from error


def refuse_weak_secret(name: str, value: str) -> None:
    """Raise ImproperlyConfigured, naming the variable and never its value."""
    if len(value) < MINIMUM_LENGTH or len(set(value)) < 8 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"{name} is missing or weak. Set it to at least {MINIMUM_LENGTH} random characters, for example with "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))', or name a file in "
            f"{name}_FILE."
        )


def kept_secret(path: Path) -> str:
    """Return the secret kept in this file, making a new one that only its owner can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
