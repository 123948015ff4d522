"""Readers' comments: the one package that knows django-comments-xtd, whose model and form security it uses."""
