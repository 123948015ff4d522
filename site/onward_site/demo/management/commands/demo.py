from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_site.demo.environment import add_arguments
from onward_site.demo.filling import fill, point_site_at
from onward_site.demo.ground import AlreadyRunning, Ground, NotOurs, PortTaken, require_free_port
from onward_site.demo.running import NotReady, run_site
from onward_site.demo.supervisor import ChildKeepsDying


class Command(BaseCommand):
    """Run the demo series: a web server and a Celery worker with beat, until Ctrl-C.

    A port that is taken, a folder that holds another site, a demo that runs already and a process that keeps dying
    each end in one sentence and exit code 1.
    """

    help = "Runs the demo series with a web server and a Celery worker, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, port: int, fresh: bool, load_only: bool, **options: Any) -> None:
        ground = Ground(Path(settings.VAR_DIR))
        try:
            with ground.held():
                if not load_only:
                    require_free_port(port)
                fill(ground, fresh=fresh, stdout=self.stdout)
                point_site_at(settings.BASE_URL)
                if not load_only:
                    run_site(ground, port, self.stdout)
        except AlreadyRunning as error:
            raise CommandError(
                "The demo is running already in this folder. Stop it there first (Ctrl-C)."
            ) from error
        except PortTaken as error:
            raise CommandError(
                f"Port {port} cannot be used: something else listens there. Choose another: PORT=9000 make demo"
            ) from error
        except NotOurs as error:
            raise CommandError(
                f"{ground.database} holds a site that the demo did not make, so it is left alone. "
                "Move it away, or name another folder: VAR_DIR=/tmp/onward-demo make demo"
            ) from error
        except (ChildKeepsDying, NotReady) as error:
            raise CommandError(str(error)) from error
