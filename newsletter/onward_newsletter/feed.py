"""What leaves next: the outbox first, then a chunk of each issue in turn, each row only when its turn has come."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from . import claims, housekeeping, lanes
from .actions.issues import ask_for_pause
from .conf import get_settings
from .models import Issue
from .sender import Bookkeeper, LaneClosed
from .work import IssueWork, OutboxWork, Work


OUTBOX, ISSUES = "outbox", "issues"

#: While an issue is being sent, the outbox is looked after this often: a confirmation does not wait for a newsletter.
OUTBOX_EVERY_SECONDS = 1.0

#: Where rows leave fast a worker takes more at a time, up to so many, as each time costs a dozen queries; but no more
#: than leave in about so long, as a worker that dies delays what it holds.
MOST_ROWS, CHUNK_SECONDS = 150, 0.25

#: The share of a newsletter's rate that is used. Evenly spaced at exactly the rate, a message that is held up on its way by
#: more than a turn is one too many in the second of those after it; no limit of a provider's is worth that.
STEADY_SHARE = 0.97

#: A turn in a newsletter with a rate is missed when its message is later than the larger of these: so many seconds, and this
#: share of the time between two turns.
LATE_SECONDS, LATE_SHARE = 0.05, 0.5


@dataclass(eq=False)
class Job:
    """One claimed row, to be sent now."""

    work: Work
    row: Any
    #: What it is counted in, for a newsletter with a limit for the day.
    share: lanes.Share | None = None
    #: Whether a connection ended before anything could be said about it.
    was_retried: bool = False

    @property
    def is_paced(self) -> bool:
        """Whether it belongs to a newsletter with a rate, so that it must not wait for a connection."""
        return self.work.issue is not None and bool(self.work.issue.newsletter.rate_per_second)

    def give_back(self) -> None:
        """Let others send it."""
        number = claims.give_back(type(self.row).objects.filter(pk=self.row.pk), self.row.claim_token)
        if self.share:
            self.share.give_back(number)


@dataclass(frozen=True)
class Pause:
    """Nothing may leave before this moment of ``time.monotonic``."""

    until: float


class Feed:
    """The rows that one pump sends. Iterating raises LaneClosed when the mail server is away."""

    def __init__(
        self,
        sender: Bookkeeper,
        deadline: float,
        lanes_served: Sequence[str],
        should_stop: Callable[[], bool],
    ) -> None:
        self._sender, self._deadline, self._should_stop = sender, deadline, should_stop
        self._serves_outbox, self._serves_issues = OUTBOX in lanes_served, ISSUES in lanes_served
        self._works: dict[int, IssueWork] = {}
        self._outbox_at = float("-inf")
        self._held: set[int] = set()
        self._rows_at_a_time = claims.chunk_size()

    def is_over(self) -> bool:
        """Whether no further row may be begun."""
        return time.monotonic() >= self._deadline or self._should_stop()

    def hold(self, work: Work) -> None:
        """Leave the rest of an issue's chunk where it is: something about the issue, not a recipient, is wrong."""
        if work.issue:
            self._held.add(work.issue.pk)
        else:
            self._deadline = 0.0

    def space_out(self, job: Job) -> None:
        """Wait, right before a message of a newsletter with a rate leaves, until no second has one too many.

        Its turn was when it was asked for. The disk, or another connection, may have held it up since then, and those
        of other workers with it.
        """
        newsletter = job.work.issue.newsletter if job.work.issue else None
        if newsletter is not None and newsletter.rate_per_second:
            rate = STEADY_SHARE * newsletter.rate_per_second
            moment = lanes.take_turn(lanes.name_for_leaving(newsletter), rate)
            time.sleep(max(0.0, (moment or 0.0) - time.monotonic()))

    def __iter__(self) -> Generator[Job | Pause, None, None]:
        found = True
        while found and not self.is_over():
            found = yield from self._outbox() if self._serves_outbox else _nothing()
            if self._serves_issues:
                housekeeping.start_due_issues()
                housekeeping.prepare_waiting_issues()
                found = (yield from self._issues()) or found

    def _issues(self) -> "Stream":
        """Pass on chunks of all issues, until there is nothing left or it is time to look after the rest."""
        found, end = False, time.monotonic() + OUTBOX_EVERY_SECONDS
        while (yield from _SideBySide(self._issues_under_way(), self._chunk).pass_on()):
            found = True
            if time.monotonic() > end or self.is_over():
                break
        return found

    def _issues_under_way(self) -> Sequence[IssueWork]:
        pks = Issue.objects.filter(state=Issue.State.SENDING).order_by("pk").values_list("pk", flat=True)
        return [work for pk in pks if (work := self._work_for(pk))]

    def _work_for(self, pk: int) -> IssueWork | None:
        """Return the issue's work; its content is frozen, so it is read and encoded once.

        An issue of which nothing can be made waits for its author, and the others go.
        """
        if pk not in self._works and (
            issue := Issue.objects.select_related("newsletter").filter(pk=pk).first()
        ):
            try:
                self._works[pk] = IssueWork(issue)
            except ValueError as error:
                ask_for_pause(issue, reason=f"No mail can be made of this issue: {error}")
        return self._works.get(pk)

    def _outbox(self) -> "Stream":
        self._outbox_at = time.monotonic()
        return (yield from self._chunk(OutboxWork()))

    def _chunk(self, work: Work) -> "Stream":
        """Claim rows and pass them on; return whether there were any."""
        if self.is_over():
            return False
        if lanes.is_resting():
            raise LaneClosed
        began, wanted = time.monotonic(), self._rows_at_a_time
        share = _share_for(work, wanted)
        token, left, number = claims.new_claim_token(), list[int](), 0
        try:
            left = claims.claim(work.queue(), token, share.number if share else wanted)
            number = len(left)
            if left:
                self._enter_lane()
                yield from self._rows(work, work.load(left, token), left, share)
        finally:
            if left:
                claims.give_back(claims.by_key(work.queue().model, left), token)
            if share:
                share.give_back(share.number - number + len(left))
        if number == wanted:
            self._take_as_many_as_leave_in_time(time.monotonic() - began)
        return bool(number)

    def _take_as_many_as_leave_in_time(self, took: float) -> None:
        """Learn from a chunk that was all there was room for, and from how long it took."""
        fitting = int(self._rows_at_a_time * CHUNK_SECONDS / max(took, 0.001))
        fitting = min(fitting, 2 * self._rows_at_a_time, MOST_ROWS)
        self._rows_at_a_time = max(fitting, claims.chunk_size())

    def _enter_lane(self) -> None:
        self._sender.is_probing = lanes.had_setbacks()
        if self._sender.is_probing and not lanes.take_probe():
            raise LaneClosed

    def _rows(self, work: Work, rows: Sequence[Any], left: list[int], share: lanes.Share | None) -> "Rows":
        """Pass rows on until the others must wait, or half of the lease is over; what was passed on leaves ``left``."""
        end = time.monotonic() + get_settings().LEASE_SECONDS / 2
        end = min(end, share.ends_at) if share else end
        self._held -= {work.issue.pk} if work.issue else set()
        for row in rows:
            if not self._must_wait(work, end):
                yield from self._wait_for_turn(work)
            if self._must_wait(work, end):
                return
            left.remove(row.pk)
            yield Job(work, row, share)
            if work.issue:
                yield from self._let_outbox_overtake()

    def _must_wait(self, work: Work, end: float) -> bool:
        is_held = work.issue is not None and work.issue.pk in self._held
        return is_held or self.is_over() or time.monotonic() > end

    def _let_outbox_overtake(self) -> "Rows":
        if self._serves_outbox and time.monotonic() - self._outbox_at > OUTBOX_EVERY_SECONDS:
            while (yield from self._outbox()):
                pass

    def _wait_for_turn(self, work: Work) -> "Rows":
        """Wait for the next turn in a newsletter with a rate, or for the end where there is none before it.

        A turn that was missed is left unused, and the next one is waited for: the messages of workers that were all
        held up, by the disk or by a slow server, would leave together.
        """
        newsletter = work.issue.newsletter if work.issue else None
        if newsletter is None or not newsletter.rate_per_second:
            return
        rate = STEADY_SHARE * newsletter.rate_per_second
        late = max(LATE_SECONDS, LATE_SHARE / rate)
        while not self.is_over():
            turn = lanes.take_turn(lanes.name_for(newsletter), rate, latest=self._deadline)
            yield from self._wait_until(self._deadline if turn is None else turn)
            if turn is not None and time.monotonic() <= turn + late:
                return

    def _wait_until(self, moment: float) -> "Rows":
        while (now := time.monotonic()) < moment and not self.is_over():
            yield Pause(min(moment, now + OUTBOX_EVERY_SECONDS))
            yield from self._let_outbox_overtake()


#: Passes on what leaves next, and returns whether there was anything.
Stream = Generator[Job | Pause, None, bool]

Rows = Generator[Job | Pause, None, None]


class _SideBySide:
    """A chunk of each issue, and while one of them waits for its turn more of the others."""

    def __init__(self, works: Sequence[IssueWork], chunk: Callable[[IssueWork], Stream]) -> None:
        self._chunk = chunk
        self._going = deque((work, chunk(work)) for work in works)
        #: Those that wait, and until when.
        self._waiting: list[tuple[float, IssueWork, Stream]] = []
        self._found = False

    def pass_on(self) -> Stream:
        """Pass on what comes next of all of them, and a pause only where all of them wait."""
        try:
            while self._going or self._waiting:
                self._wake()
                if found := self._next():
                    yield found
        finally:
            with contextlib.ExitStack() as stack:
                for _work, chunk in self._going:
                    stack.callback(chunk.close)
                for _until, _work, chunk in self._waiting:
                    stack.callback(chunk.close)
        return self._found

    def _wake(self) -> None:
        now = time.monotonic()
        self._going.extendleft((work, chunk) for until, work, chunk in self._waiting if until <= now)
        self._waiting = [one for one in self._waiting if one[0] > now]

    def _next(self) -> Job | Pause | None:
        if not self._going:
            return Pause(min(until for until, _work, _chunk in self._waiting))
        work, chunk = self._going[0]
        try:
            found = next(chunk)
        except StopIteration as end:
            self._going.popleft()
            self._ended(work, has_more=end.value)
            return None
        if isinstance(found, Pause):
            self._waiting.append((found.until, *self._going.popleft()))
            return None
        return found

    def _ended(self, work: IssueWork, *, has_more: bool) -> None:
        """Begin another chunk of an issue that may have more, for as long as somebody waits."""
        self._found = self._found or has_more
        if has_more and self._waiting and work.issue and _is_under_way(work.issue):
            self._going.append((work, self._chunk(work)))


def _is_under_way(issue: Issue) -> bool:
    return Issue.objects.filter(pk=issue.pk, state=Issue.State.SENDING).exists()


def _share_for(work: Work, wanted: int) -> lanes.Share | None:
    newsletter = work.issue.newsletter if work.issue else None
    if newsletter is None or not newsletter.rate_per_day:
        return None
    return lanes.take_share(lanes.name_for(newsletter), newsletter.rate_per_day, wanted)


def _nothing() -> Stream:
    yield from ()
    return False
