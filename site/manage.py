#!/usr/bin/env python
"""Run Django's commands with the embedded settings unless others are named."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        from onward_site.demo.environment import prepare_environment

        prepare_environment(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onward_site.settings.embedded")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # The sentence says what to do; a traceback through Django would only hide it.
        sys.exit(f"Onward cannot start: {problem}")
