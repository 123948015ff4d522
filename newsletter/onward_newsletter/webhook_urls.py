"""To be mounted at ``/webhooks/`` where Anymail is installed; empty where no provider tells us anything."""

from django.urls import URLPattern

from .conf import webhook_providers


def _patterns() -> list[URLPattern]:
    if not (providers := webhook_providers()):
        return []
    # Anymail is an extra, so it is not imported where nobody asked for it.
    from .webhooks import tracking_urls

    return tracking_urls(providers)


app_name = "onward_newsletter_webhooks"
urlpatterns = _patterns()
