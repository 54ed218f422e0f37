"""The number on a waiting list, as a site may say it."""

from __future__ import annotations

import pytest

from domain.waiting_list import number_on_list


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("In lista d'attesa: numero 3", 3),
        ("In lista d'attesa (posizione 12)", 12),
        ("Lista d'attesa, sei il n. 4", 4),
        ("Lista d'attesa n° 5", 5),
        ("Sei 2° in lista", 2),
        ("waiting list, position: 7", 7),
        ("Sei stato inserito in lista d'attesa.", None),
        ("In lista d'attesa dal 24/11/2026 alle 18:00", None),
        ("In lista d'attesa, posizione 3 (numero 7)", None),  # which of them is not ours to say
    ],
)
def test_a_number_is_told_only_where_the_site_says_one(words: str, number: int | None) -> None:
    assert number_on_list(words) == number
