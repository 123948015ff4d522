"""What somebody sees who has just confirmed a subscription: where to begin, and what comes next."""

from typing import Any

from django.template.loader import render_to_string

from onward_blog.welcoming import parts_of, running_series, series_of


def what_comes_next(topic: Any) -> str:
    """Return HTML for the page that thanks: the first part, and the announced one; "" where there is neither.

    Of the series that is followed; of the one that is running, where everything is.
    """
    series = running_series() if topic is None else series_of(topic)
    if series is None:
        return ""
    parts = parts_of(series)
    context = {"series": series, "first": parts[0] if parts else None, "announcer": series.announced_next()}
    return render_to_string("onward_blog/following/confirmed.html", context) if parts else ""
