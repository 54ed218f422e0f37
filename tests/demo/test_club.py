"""`--club`: the made-up world as another club, whose configuration the programs take."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from demo import club
from demo import world as demo_world
from demo.__main__ import greeting
from demo.site import Site
from demo.site.slots import ROME
from domain.site_login import SiteLogin
from runtime.settings import load
from tests.support.clock import FakeClock

NOON = datetime(2026, 11, 24, 12, tzinfo=ROME)


async def test_the_programs_take_its_configuration_and_nobody_has_a_one_time_code(
    clock: FakeClock, tmp_path: Path
) -> None:
    clock.now = NOON
    world = demo_world.new_world(clock, another_club=True)
    programme = demo_world.plan(world, clock())
    assert programme.watched.date == NOON.date() + timedelta(days=7)
    config = tmp_path / "config.json"
    async with Site(world) as site:
        values = demo_world.configuration(programme, site, "http://127.0.0.1:1", "1:token")
        demo_world.write_configuration(config, club.configured(values))
        settings = load(config)
        assert settings.site.base_url == site.base_url
        log = tmp_path / "log.txt"
        told = greeting(programme, "http://x.test/", site.base_url, "http://y.test/", log, settings.site.lets_in)
        assert "nome utente" in told
        assert "Codice Persona" not in told
    assert settings.site.base_url.endswith("/circoloesempio")
    assert settings.site.lets_in is SiteLogin.FORM
    assert [each.otp_url for each in settings.people] == ["", ""]
    assert settings.opening.days_ahead == 7
    assert world.terms.takes_waiting_list(programme.watched)
