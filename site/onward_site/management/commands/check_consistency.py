import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_site.consistency.checking import CHECKS, find_all, repair
from onward_site.consistency.findings import Finding


class Command(BaseCommand):
    """Check every invariant of the rows: the books, ballots and tallies, comments, consent, leases, the tree.

    Exit code 0 when all hold, 1 when one is broken. ``--fix`` puts right what is safe to, then checks again.
    ``--json`` prints {"checks": n, "findings": [{"check", "sentence", "count", "examples", "fixable"}]}.
    """

    help = "Checks that the rows of the database agree with each other; exit code 1 when they do not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--fix", action="store_true", help="put right what is safe to, then check again")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = find_all()
        if options["fix"] and findings:
            repaired = repair(findings)
            if not options["json"]:
                self.stdout.write(f"Put right: {repaired} of {len(findings)} findings.")
            findings = find_all()
        if options["json"]:
            self.stdout.write(
                json.dumps({"checks": len(CHECKS), "findings": [_as_json(one) for one in findings]})
            )
        else:
            self._tell(findings)
        if findings:
            raise CommandError(f"{len(findings)} of {len(CHECKS)} checks found something.")

    def _tell(self, findings: list[Finding]) -> None:
        for finding in findings:
            fixable = " (--fix puts it right)" if finding.is_fixable else ""
            self.stdout.write(f"{finding.sentence} {finding.count}{fixable}")
            for example in finding.examples:
                self.stdout.write(f"    {example}")
        if not findings:
            self.stdout.write(f"All {len(CHECKS)} checks passed.")


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "sentence": finding.sentence,
        "count": finding.count,
        "examples": list(finding.examples),
        "fixable": finding.is_fixable,
    }
