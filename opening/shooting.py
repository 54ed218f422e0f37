"""What a race shoots at, when it goes on to an alternative, and what proves that a place is won."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import (
    AccountLimit,
    BookingRefused,
    MembershipProblem,
    OnWaitingList,
    Overlap,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    YesWithoutPlace,
)
from domain.model import Booking
from domain.opening_report import ShotOutcome
from opening.appearance import Appearance, Choice
from opening.holdings import Holdings
from opening.parts import RaceParts
from opening.shooter import Shooter
from opening.volley import Volley
from portal.bookings_list import Sought


class Shooting:
    """The seconds of one race from its opening on."""

    def __init__(self, parts: RaceParts, holdings: Holdings, appearance: Appearance) -> None:
        self._site = parts.site
        self._timeline = parts.timeline
        self._crowd = parts.crowd
        self._share = parts.share
        self._record = parts.record
        self._policy = parts.policy
        self._holdings = holdings
        self._appearance = appearance
        self._shooter = Shooter(parts)

    def requests_at_once(self, choices: Sequence[Choice]) -> int:
        """How many connections the first requests will need."""
        first = choices[0]
        return len(self._shooter.plan() if first.is_listed else self._plan_schedules(first))

    async def shoot(self, choices: Sequence[Choice]) -> tuple[Choice, Booking]:
        """The wish at the opening, then what its answers ask for; then the alternatives, one after the other.

        Gives the choice that was won, as "my bookings" shows it. Raises why the first one was not.
        """
        left = list(choices)
        while left := await self._from_the_first_listed(left):
            choice, *left = left
            if self._record.has_shots and self._share.left < 1:
                raise SiteUnavailable("the requests of this opening are spent: what is left to try is tried later")
            found = await self._try_choice(choice, len(left))
            if found is not None:
                self._record.note_seen(self._timeline.now)
                return choice, found
        raise self._record.refusals[0]

    # ----- what the timetable does not show yet

    def _plan_schedules(self, choice: Choice) -> Sequence[float]:
        """When the first schedules shall be asked for, until a choice appears; a share where others wait for it."""
        if self._shooter.is_late:
            return (self._timeline.now,)
        timeline, policy = self._timeline, self._policy
        requests = min(self._share.shots_together, policy.schedules_together)
        planned = policy.arrivals(policy.schedule_plans, requests, timeline.jitter, timeline.uncertainty)
        return self._appearance.share(choice, planned)

    async def _from_the_first_listed(self, choices: list[Choice]) -> list[Choice]:
        """The choices from the first on that can be shot at: schedules are asked for what the timetable does not show.

        While another choice is listed, what does not appear at once is given up.
        """
        if not choices or choices[0].is_listed:
            return choices
        first, kept = choices[0], self._policy.kept_for_appearance
        left, another_is_listed = self._share.left - kept, any(each.is_listed for each in choices)
        planned = self._plan_schedules(first)[: max(left, 0)]
        pauses = iter(self._policy.pauses(self._policy.after_not_open, left - len(planned)))
        while planned and not self._appearance.has_seen(choices):
            self._share.spend(len(planned))
            await self._appearance.ask(choices, [self._timeline.departure(each) for each in planned])
            if another_is_listed or self._appearance.has_seen(choices):
                break
            if (pause := next(pauses, None)) is None:
                break
            planned = await self._shooter.next_plan(pause, lambda: self._plan_schedules(first), kept + 1)
        listed, not_seen = self._appearance.from_the_first_seen(choices)
        self._record.refusals += not_seen
        return listed

    # ----- one choice

    async def _try_choice(self, choice: Choice, later: int) -> Booking | None:
        """Shoots at one choice until it is won, or clearly cannot be. None: on to the next of the `later` ones.

        What the site did not answer is shot at again: if it was booked all the same, the site says so.
        """
        volley = await self._shooter.fire(choice, self._first_shots(choice))
        policy = self._policy
        repeats = max(self._share.left - min(later, 1), 0)  # an alternative keeps a shot
        pauses = iter(policy.pauses(policy.after_not_open, repeats))
        odd_pauses = iter(policy.pauses(policy.after_nonsense, repeats - 1))
        lost = volley.has(ShotOutcome.LOST)
        while not volley.has(ShotOutcome.ACCEPTED, ShotOutcome.ALREADY) and volley.final is None:
            pause = next(odd_pauses if volley.is_senseless else pauses, None)
            if (
                pause is None or self._share.left - policy.kept_for_proof * lost < 1
            ):  # lost shots are looked for at last
                break
            planned = await self._shooter.next_plan(pause, self._shooter.plan, policy.kept_for_another_clock)
            volley = await self._shooter.fire(choice, planned)
            lost = lost or volley.has(ShotOutcome.LOST)
        return await self._outcome(choice, volley, lost=lost)

    def _first_shots(self, choice: Choice) -> Sequence[float]:
        if self._record.has_shots:
            return (0.0,)
        if not choice.just_seen:
            return self._shooter.plan()
        free = max(self._share.left - self._policy.kept_after_sight, 1)
        return (self._timeline.now,) * min(self._policy.shots_at_sight, free)

    # ----- the proof

    async def _outcome(self, choice: Choice, volley: Volley, *, lost: bool) -> Booking | None:
        """What the shots at a choice came to, where only "my bookings" can tell. Raises what makes going on wrong."""
        if isinstance(volley.final, OnWaitingList) and not volley.has(ShotOutcome.ACCEPTED):
            raise volley.final  # what else is tried might become a second place
        looks = self._share.left - self._policy.kept_for_witness
        if volley.has(ShotOutcome.ACCEPTED, ShotOutcome.ALREADY):
            waits, unsure = self._policy.looks_accepted[: max(2, looks)], volley.is_bare
            found = await self._look(choice, waits, accepted=True, unsure=unsure)
            if found is None:
                said_yes = volley.has(ShotOutcome.ACCEPTED)
                kind = YesWithoutPlace if said_yes else SiteChanged
                raise await self._with_evidence(kind("the site answered OK, but the booking is not among ours"))
            return found
        if lost:
            found = await self._look(choice, self._policy.looks_lost[: max(1, looks)], accepted=False)
            if found is not None:
                return found
        in_the_way = isinstance(volley.final, Overlap) and self._holdings.are_swapped and not choice.number
        if volley.lost is not None and volley.final is not None and in_the_way:
            raise volley.final  # asked for in exchange, a lost shot that booked after all is told of too
        if volley.lost is not None:
            raise volley.lost  # it may have booked after the look: an alternative would be a second place
        why = volley.final or volley.last
        if not isinstance(why, BookingRefused) or isinstance(why, AccountLimit | MembershipProblem):
            raise why  # of the last two no alternative would be refused less
        self._record.refusals.append(await self._with_evidence(why) if type(why) is BookingRefused else why)
        return None

    async def _look(
        self, choice: Choice, waits: Sequence[float], *, accepted: bool, unsure: bool = False
    ) -> Booking | None:
        """Looks for the booking in "my bookings", once the shots of others are not made late by that.

        `unsure`: the site's yes may stand for a place on its waiting list.
        """
        if not self._crowd.is_alone:
            await self._timeline.until(-self._policy.others_shoot_until)
        self._share.spend(len(waits) + self._policy.kept_for_witness)
        held = self._holdings
        sought = Sought(
            choice.ref,
            slot=choice.slot,
            before=held.bookings,
            all_before=held.are_known,
            accepted=accepted,
            unsure=unsure,
        )
        return await self._site.seen(sought, waits)

    async def _with_evidence(self, error: SiteError) -> SiteError:
        """The error with a folder of what the site said, for what nobody can explain."""
        said = "\n".join(f"{shot.outcome}: {shot.message}" for shot in self._record.report.shots)
        error.evidence = await self._site.keep_evidence(said, str(error))
        return error
