"""/healthz and /metrics on a real server: what they say, and who may ask."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from dashboard.owner.metrics import Metrics
from dashboard.owner.monitoring import application_of
from dashboard.server import listen, running
from domain.errors import SiteUnavailable
from domain.model import ActionType, ClassRef
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.programs import PROGRAMS, Vitals
from domain.requests import NewAction
from runtime.sealing_key import KeyRing
from safety.sealing import Secrets
from tests.support import outcomes, pages
from tests.support.clock import FakeClock
from tests.support.pages import FRIEND, OWNER, Site

README = Path(__file__).resolve().parents[3] / "README_DB.md"
GUEST = 990_001_001
YOGA = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))


def a_clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))


async def all_alive(site: Site) -> None:
    for number, program in enumerate(PROGRAMS):
        vitals = Vitals("", 3, "0.4.0", 50_000_000)
        await site.db.heartbeats.beat(program, f"here x {number}", number, site.clock.now, vitals, is_dead=None)
    await site.db.connection.write(
        "INSERT INTO slot_days (date, read_at) VALUES ('2026-11-22', '2026-11-22T08:00:00.000Z')"
    )


async def test_all_is_well_until_a_program_shows_no_sign_of_life(tmp_path: Path) -> None:
    async with pages.site(tmp_path, a_clock()) as site:
        stranger = site.browser()
        never = await stranger.get("/healthz")
        assert (never.status, "FAIL worker: not running: no sign of life\n" in never.text) == (503, True)
        await all_alive(site)
        well = await stranger.get("/healthz")
        assert well.status == 200, well.text
        assert set(re.findall(r"^(\w+) ", well.text, re.MULTILINE)) == {"ok"}
        site.clock.go(minutes=2)
        late = await stranger.get("/healthz")
        assert (late.status, "FAIL bot: doesn't respond: last sign of life 2 minutes ago\n" in late.text) == (503, True)


async def test_a_guest_whose_key_is_gone_is_told_to_whoever_watches_the_machine(tmp_path: Path) -> None:
    async with pages.site(tmp_path, a_clock()) as site:
        await all_alive(site)
        stranger, keys = site.browser(), KeyRing(site.settings.local_path)
        sealed = keys.seal(GUEST, Secrets("10000002", "segreta", ""))
        await site.db.guests.welcome(await site.db.guests.invite(OWNER), GUEST, "Sofia")
        await site.db.guests.store(GUEST, sealed, "fingerprint")
        well = await stranger.get("/healthz")
        assert (well.status, "ok   guests: the key opens the logins of all guests\n" in well.text) == (200, True)
        keys.file.unlink()
        lost = await stranger.get("/healthz")
        assert (lost.status, "FAIL guests: the login of 1 guest can't be opened" in lost.text) == (503, True)


async def test_what_comes_through_a_proxy_or_another_name_is_not_answered(tmp_path: Path) -> None:
    async with pages.site(tmp_path, a_clock()) as site:
        for path in ("/healthz", "/metrics"):
            stranger = site.browser()
            assert (await stranger.get(path)).status in (200, 503)
            for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
                assert (await stranger.get(path, headers={header: "127.0.0.1"})).status == 404
            assert (await stranger.get(path, headers={"Host": "evil.example"})).status == 421


async def test_behind_a_proxy_they_are_at_a_port_of_their_own_only(tmp_path: Path) -> None:
    web = {"public_url": "https://sport.example", "metrics_port": 8485}
    async with pages.site(tmp_path, a_clock(), web=web) as site:
        assert (await site.browser().get("/metrics")).status == 404
        async with running(application_of(site.dashboard)) as runner:
            base = f"http://127.0.0.1:{await listen(runner, '127.0.0.1', 0)}"
            async with site.http.get(f"{base}/metrics") as answer:
                assert answer.status == 200
            async with site.http.get(f"{base}/healthz", headers={"Host": "evil.example"}) as answer:
                assert answer.status == 404
            async with site.http.get(f"{base}/owner") as answer:
                assert answer.status == 404
    async with pages.site(tmp_path / "other", a_clock(), web={"public_url": "https://sport.example"}) as site:
        assert (await site.browser().get("/healthz")).status == 404


async def test_prometheus_reads_them_and_each_end_is_counted_once(tmp_path: Path) -> None:
    async with pages.site(tmp_path, a_clock()) as site:
        stranger = site.browser()
        await all_alive(site)
        await stranger.get("/metrics")
        site.clock.go(seconds=10)
        await site.db.requests.add(NewAction(ActionType.BOOK, FRIEND, YOGA))
        claimed = await site.db.claims.claim("worker", 60)
        assert claimed
        site.clock.go(seconds=2)
        error = SiteUnavailable("gone")
        shots = (Shot(0, 0.0, 0.0, 0.1, ShotOutcome.FULL),)
        error.opening = OpeningReport(site.clock(), shots=shots, seen=0.25)
        await site.db.settlement.settle(claimed, outcomes.failed(error))
        for _ in range(2):
            answer = await stranger.get("/metrics")
        found = {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }
        assert found["polimisport_actions_finished_total", "book", "failed"] == 1
        assert found["polimisport_action_seconds_sum", "book"] == 2
        assert found["polimisport_opening_read_back_seconds_count",] == 1
        assert found["polimisport_opening_shots_total", "full"] == 1
        assert found["polimisport_program_processes", "worker"] == 1
        assert found["polimisport_program_memory_bytes", "bot"] == 50_000_000
        assert str(FRIEND) not in {value for name in found for value in name[1:]}


def test_the_list_of_the_metrics_is_the_truth() -> None:
    named = set(
        re.findall(r"^\| `(polimisport_\w+?)(?:\{.*?\})?` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    )
    families = Metrics(datetime.now(UTC)).families()
    assert named == {f"{name}_total" if kind == "counter" else name for name, kind in families if "polimi" in name}
