"""Whose site the simulated one is: the clubs of the platform share a host, and each is under a name of its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenant:
    """A club."""

    base: str  # what its paths begin with
    name: str
    logo: str  # HTML


POLIMI = Tenant("/sportpolimi", "Sport Polimi", "<span>SPORT</span> POLIMI")
ANOTHER = Tenant("/circoloesempio", "Circolo Esempio", "<span>CIRCOLO</span> ESEMPIO")
