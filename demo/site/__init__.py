"""A simulated Polimisport booking site, served on loopback, for the demo, the tests and the measurements.

world = SiteWorld(people=[Person("10000001", "password", "JBSWY3DPEHPK3PXP", name="Giulia")])
async with Site(world) as site:
    print(site.base_url)
"""

from demo.site.accounts import Person
from demo.site.catalogue import Activity, Catalogue, Weekly, default_catalogue
from demo.site.faults import Faults
from demo.site.server import Site
from demo.site.slots import Slot
from demo.site.switches import Switches
from demo.site.world import Outcome, Request, Shot, SiteWorld

__all__ = [
    "Activity",
    "Catalogue",
    "Faults",
    "Outcome",
    "Person",
    "Request",
    "Shot",
    "Site",
    "SiteWorld",
    "Slot",
    "Switches",
    "Weekly",
    "default_catalogue",
]
