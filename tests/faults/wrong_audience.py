"""A worker whose audience is not frozen: whoever subscribes while an issue is being sent gets it too.

It exists to show that the judge notices. Run as a process of its own, like a worker.
"""

import django


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from onward_newsletter import housekeeping
    from onward_newsletter.audience import insert_deliveries
    from onward_newsletter.models import Issue

    prepare = housekeeping.prepare_waiting_issues

    def prepare_and_let_in() -> None:
        prepare()
        for issue in Issue.objects.filter(state=Issue.State.SENDING):
            insert_deliveries(issue)

    housekeeping.prepare_waiting_issues = prepare_and_let_in
    call_command("run_outbox")


if __name__ == "__main__":
    main()
