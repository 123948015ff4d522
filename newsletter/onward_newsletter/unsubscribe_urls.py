"""To be mounted at a short address such as ``/u/``: a long one would be folded in the List-Unsubscribe header."""

from django.urls import path

from .views.unsubscribing import unsubscribe_page


app_name = "onward_newsletter_unsubscribe"
urlpatterns = [path("<str:token>", unsubscribe_page, name="unsubscribe")]
