"""The club whose site is booked at: what people call it, and where its pages are. Imported like domain/model.py."""

from __future__ import annotations

from dataclasses import dataclass

POLIMISPORT = "Polimisport"
POLIMI_TENANT = "sportpolimi"  # what its address ends with
SITE_URL = f"https://ecomm.sportrick.com/{POLIMI_TENANT}"


@dataclass(frozen=True, slots=True)
class Club:
    """Every text that names the club, or leads to its site, asks here."""

    name: str = POLIMISPORT
    address: str = SITE_URL

    @classmethod
    def at(cls, address: str, name: str = "") -> Club:
        """The club of that address; one that nobody has named is called as its address ends."""
        address = address.rstrip("/")
        tenant = address.rpartition("/")[2]
        return cls(name or (POLIMISPORT if tenant == POLIMI_TENANT else tenant), address)

    @property
    def own_bookings(self) -> str:
        """The page of the site on which people see what they hold, and what they wait for."""
        return f"{self.address}/Booking"
