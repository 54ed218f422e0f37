"""What the configuration says, in the words of the domain: the accounts, the rules of what recurs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from domain.house_rules import HouseRules
from domain.model import Role
from domain.people import Person
from domain.recurrence_rules import RecurrenceRules
from runtime.settings import Settings, fingerprint


def people_of(settings: Settings) -> Sequence[Person]:
    """The accounts that the configuration names."""
    owner, *friends = settings.people
    key = settings.telegram.bot_token.get_secret_value()
    return [
        Person(owner.user_id, Role.OWNER, fingerprint(owner, key)),
        *(Person(friend.user_id, Role.FRIEND, fingerprint(friend, key)) for friend in friends),
    ]


def recurrence_rules_of(settings: Settings, rules: HouseRules | None = None) -> RecurrenceRules:
    """The rules of time as configured. `rules`: those of the house that are in force; None: the configured ones."""
    rules = rules or settings.house_rules
    return RecurrenceRules(
        rules.opening,
        timedelta(minutes=settings.confirmation.lead_minutes),
        timedelta(minutes=settings.confirmation.deadline_minutes),
        timedelta(hours=settings.reminder_hours),
        rules.free_cancel,
        settings.opening.rehearsal_at,
    )
