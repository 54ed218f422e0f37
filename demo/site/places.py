"""The places that people hold on the simulated site, and its waiting lists."""

from dataclasses import dataclass, field

from demo.site.slots import Slot


@dataclass(slots=True)
class Places:
    """Places held and waiting lists, by user name and appointment id."""

    held: dict[str, dict[str, str]] = field(default_factory=dict)  # username -> appointment id -> booking number
    _waiting: dict[str, list[str]] = field(default_factory=dict)  # appointment id -> usernames, first come first
    _numbers: int = 0

    def of(self, username: str) -> list[str]:
        """The appointment ids of what a person holds. A place on a waiting list is not in here."""
        return list(self.held.get(username, {}))

    def holds(self, username: str, appointment_id: str) -> bool:
        return appointment_id in self.held.get(username, {})

    def holders(self, appointment_id: str) -> list[str]:
        return [who for who, held in self.held.items() if appointment_id in held]

    def number(self, username: str, appointment_id: str) -> str:
        """The site's own number of a booking, known to its pages only."""
        return self.held[username][appointment_id]

    def take(self, username: str, slot: Slot) -> None:
        """Gives a person a place, who then waits for it no longer."""
        self._numbers += 1
        self.held.setdefault(username, {})[slot.appointment_id] = f"P{self._numbers:06d}"
        slot.taken += 1
        if username in self.waiting(slot.appointment_id):
            self._waiting[slot.appointment_id].remove(username)

    def give_back(self, username: str, slot: Slot) -> None:
        del self.held[username][slot.appointment_id]
        slot.taken -= 1

    def waiting(self, appointment_id: str) -> list[str]:
        """User names on the waiting list, first come first."""
        return list(self._waiting.get(appointment_id, ()))

    def waited_for(self, username: str) -> list[str]:
        """The appointment ids on whose waiting list the person is."""
        return [each for each, waiting in self._waiting.items() if username in waiting]

    def wait_for(self, username: str, appointment_id: str) -> None:
        if username not in self.waiting(appointment_id):
            self._waiting.setdefault(appointment_id, []).append(username)
