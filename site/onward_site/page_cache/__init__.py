"""Finished pages in front of Django: what every anonymous reader is sent is kept, and answered without asking again.

``asking`` says which requests may be answered from here, ``pages`` holds what is kept and how it is sent, ``layer`` is
the WSGI application around Django, and ``purging`` tells every process when something public has changed.
"""
