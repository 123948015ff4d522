"""Where roundups were used."""

from typing import Any

import swapper


def taken_up_in(page: Any) -> Any:
    """Return the live pages that published a roundup of this page, in the order of the tree. One query."""
    return (
        swapper.load_model("wagtailcore", "Page")
        .objects.live()
        .filter(onward_roundup_uses__roundup__page=page.pk, onward_roundup_uses__published_at__isnull=False)
        .exclude(pk=page.pk)
        .distinct()
        .order_by("path")
    )
