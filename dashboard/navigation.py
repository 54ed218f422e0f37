"""The tabs at the top of every page: each part that has pages of its own adds a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from languages import N_, Later


@dataclass(frozen=True, slots=True)
class Tab:
    path: str
    label: Later
    for_owner: bool = False


TABS = (
    Tab("/", N_("Panoramica")),
    Tab("/openings", N_("Aperture")),
    Tab("/history", N_("Storico")),
    Tab("/statistics", N_("Numeri")),
    Tab("/do/settings", N_("Impostazioni")),
    Tab("/owner", N_("Macchina"), for_owner=True),
)


def tabs(is_owner: bool) -> Sequence[Tab]:
    """The tabs that a person has."""
    return [tab for tab in TABS if is_owner or not tab.for_owner]
