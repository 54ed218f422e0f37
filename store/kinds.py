"""Whether two rows are of the same kind of class, in SQL, as `ClassRef.matches` has it: as far as both say.

A booking_id tells course, place, day and hour: two calendars of one place may have the same course at the same hour.
"""

from __future__ import annotations

KIND_GOT = """CASE WHEN coalesce({action}.won_choice, 0) = 0 THEN {action}.course_type ELSE (
    SELECT choice.course_type FROM alternatives AS choice
    WHERE choice.action_id = {action}.id AND choice.position = {action}.won_choice
) END"""
"""The kind of class that a booking got: of the wish, or of the alternative that was won."""


def same_kind(one: str, other: str) -> str:
    """A condition on two columns, or other expressions of ours."""
    return (
        f"(coalesce({one}, '') = '' OR coalesce({other}, '') = ''"
        f" OR trim({one}) COLLATE NOCASE = trim({other}) COLLATE NOCASE)"
    )
