"""From an empty folder to a database with the demo series in it, saying how far it is."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sites.models import Site as DjangoSite
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from .ground import Ground
from .load import load_demo


class Progress:
    """Lines on a terminal that say what is going on; on a terminal, a count that moves in its place."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self.stdout = stdout
        self.is_terminal = stdout.isatty()

    def __call__(self, sentence: str) -> None:
        """Say what begins now."""
        self.stdout.write(f"  {sentence}")
        self.stdout.flush()

    def step(self, label: str, done: int, total: int) -> None:
        """Say which part of the demo is being made; ``label`` is empty when all are."""
        if label:
            self(f"Making {label} ({done + 1} of {total})")

    def count(self, sentence: str, done: int, total: int) -> None:
        """Say how many are done, in place on a terminal, and at every quarter elsewhere."""
        if self.is_terminal:
            self.stdout.write(f"\r  {sentence}: {done} of {total}", ending="\n" if done == total else "")
        elif done == total or done % max(1, total // 4) == 0:
            self.stdout.write(f"  {sentence}: {done} of {total}")
        self.stdout.flush()


class _CountedLines:
    """A stream for ``migrate`` that counts what it says instead of printing all of it."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def write(self, text: str) -> int:
        if text.strip() == "OK":
            self.done += 1
            self.progress.count("Making the database", self.done, self.total)
        return len(text)

    def flush(self) -> None:
        """There is nothing to flush: the progress does."""


def fill(ground: Ground, *, fresh: bool, stdout: OutputWrapper) -> None:
    """Bring the database up to date, and load the demo unless it is there."""
    ground.prepare(fresh=fresh)
    progress = Progress(stdout)
    is_new = not ground.is_loaded()
    if is_new:
        progress("Preparing the demo series. This happens once and takes about a minute.")
    _migrate(progress, is_new=is_new)
    if is_new:
        load_demo(progress=progress.step)
        ground.mark_loaded()


def point_site_at(base_url: str) -> None:
    """Have Wagtail's and Django's notions of this site follow BASE_URL, which moves with the port."""
    address = urlsplit(base_url)
    Site.objects.filter(is_default_site=True).update(hostname=address.hostname, port=address.port)
    Site.clear_site_root_paths_cache()
    DjangoSite.objects.filter(pk=settings.SITE_ID).update(domain=address.netloc)
    connection.close()


def _migrate(progress: Progress, *, is_new: bool) -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return
    if is_new:
        # Nothing is lost when this is cut short: an unfinished demo is made anew.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    lines: Any = _CountedLines(progress, len(waiting))
    call_command("migrate", interactive=False, verbosity=1, stdout=OutputWrapper(lines), no_color=True)
