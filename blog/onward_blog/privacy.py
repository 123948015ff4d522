"""Which series only some may see."""

from collections.abc import Sequence

import swapper


def private_series(keys: Sequence[str]) -> list[str]:
    """Return those of the topic keys ("series:12") whose series is private; one query beside Wagtail's own."""
    numbers = {key.removeprefix("series:"): key for key in keys if key.startswith("series:")}
    pages = swapper.load_model("wagtailcore", "Page").objects
    private = pages.filter(pk__in=[number for number in numbers if number.isdecimal()]).not_public()
    return [numbers[str(pk)] for pk in private.values_list("pk", flat=True)]
