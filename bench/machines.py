"""Machines made of network namespaces: each has a name, a network cable to a switch, a clock, and the real programs.

Used by bench.hosts, as root. The switch, the site, Telegram and the database's server are in a namespace of this
process's own, which ends with it; a keeper ends the machines with it, however it ends. Machines reach the site at their
own 127.0.0.1, which leads over the cable: plain http is refused at any other address. A machine that has lost its power
or its cable falls silent, and nobody is told.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import itertools
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]

from bench import programs
from bench.programs import PROJECT, BenchError
from bench.town import CONFIG, DATABASE, Cast, Town
from demo.world import write_configuration

OWN_NETWORK = 0x40000000  # CLONE_NEWNET of Linux; Python has no name for it before 3.12
SWITCH = "10.77.0.1"
NETWORK = "10.77.0.0/24"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - of our own namespace
MACHINES = (1, 2, 3)
KEY = f"{DATABASE}.key"  # seals the sessions they share
PROGRAMS = {"bot": "bot_db.py", "worker": "worker.py", "executor": "periodic_executor.py"}
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1  # of a network interface, as Linux numbers them
BECOME = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"')
"""Runs a program on a machine of another name: who holds a lease is judged by it."""
KEEPER = """
    cat
    for space in "$@"; do
        ip netns pids "$space" 2>/dev/null | xargs -r kill -9
        ip netns del "$space" 2>/dev/null
    done
"""
"""Ends the machines and all that runs on them once its input ends: a pipe ends with us, however we do."""


def leave_the_network() -> None:
    """From now on this process, and what it starts, is in a network namespace of its own. Raises BenchError."""
    if os.geteuid() != 0 or any(shutil.which(tool) is None for tool in ("ip", "iptables", "unshare")):
        raise BenchError("it needs root, and the programs ip, iptables and unshare")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(OWN_NETWORK):
        raise BenchError(f"no network namespace can be made: {os.strerror(ctypes.get_errno())}")
    _run("ip link set lo up")
    _run("ip link add switch type bridge")
    _run(f"ip addr add {SWITCH}/24 dev switch")
    _run("ip link set switch up")


def _run(command: str) -> None:
    done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{command}: {done.stderr.strip()}")


class Machine:
    """One of them. It is made and unmade by `machines`."""

    def __init__(self, number: int) -> None:
        self.name = f"machine{number}"
        self.space = f"polimisport-{os.getpid()}-{number}"
        self._plug = f"plug{number}"
        self._address = f"10.77.0.{10 + number}"
        self._folder = Path()

    def build(self) -> None:
        _run(f"ip netns add {self.space}")
        _run(f"ip link add {self._plug} type veth peer name cable netns {self.space}")
        _run(f"ip link set {self._plug} master switch up")
        for command in ("ip link set lo up", f"ip addr add {self._address}/24 dev cable", "ip link set cable up"):
            self._run_inside(command)

    def settle_in(self, town: Town, folder: Path, lease: float) -> None:
        """Its configuration and key, and the way to the site. `lease`: the usual one, in seconds."""
        self._folder = folder
        folder.mkdir()
        values = json.loads((town.folder / CONFIG).read_text(encoding="utf-8"))
        values["worker"] = {"lease_seconds": lease}
        values["telegram"]["api_base_url"] = values["telegram"]["api_base_url"].replace(EVERYWHERE, SWITCH)
        write_configuration(folder / CONFIG, values)
        shutil.copy(town.folder / KEY, folder / KEY)
        self.set_clock(0)
        self._run_inside("sysctl -qw net.ipv4.conf.all.route_localnet=1")
        for host in (values["site"]["base_url"], *(f"//{each}" for each in values["site"]["login_hosts"])):
            port = urlsplit(host).port
            self._run_inside(
                f"iptables -w -t nat -A OUTPUT -d 127.0.0.1 -p tcp --dport {port} -j DNAT --to {SWITCH}:{port}"
            )
        self._run_inside(f"iptables -w -t nat -A POSTROUTING -d {NETWORK} -j MASQUERADE")

    def _run_inside(self, command: str) -> None:
        _run(f"ip netns exec {self.space} {command}")

    async def start(self, program: str, log: Path) -> Process:
        return await programs.start(
            PROGRAMS[program],
            "--config",
            str(self._folder / CONFIG),
            log=log,
            through=("ip", "netns", "exec", self.space, *BECOME, self.name),
            variables={
                "CLOCK_STEP": str(self._clock),
                "PYTHONPATH": f"{PROJECT / 'tests' / 'support' / 'set_clock'}:{PROJECT}",
            },
        )

    @property
    def _clock(self) -> Path:
        return self._folder / "clock"

    def set_clock(self, seconds: int) -> None:
        """The machine's clock is off by so many seconds from now on."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._clock)

    def pull(self) -> None:
        """The network cable, out of the switch: at once, and with nothing else done meanwhile."""
        self._put(up=False)

    def plug_in(self) -> None:
        self._put(up=True)

    def _put(self, *, up: bool) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            asked = struct.pack("16sh14x", self._plug.encode(), 0)
            flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, GET_FLAGS, asked))[1] & ~IS_UP
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", self._plug.encode(), flags | (IS_UP * up)))


@contextmanager
def machines() -> Iterator[tuple[Machine, ...]]:
    """The machines, at their switch; afterwards none is left."""
    made = tuple(Machine(number) for number in MACHINES)
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", *(machine.space for machine in made)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for machine in made:
            machine.build()
        yield made
    finally:
        keeper.communicate()


class Machinery(Cast):
    """The programs of all machines: a role is a program and where it runs, as "bot at machine1"."""

    def __init__(self, town: Town, made: tuple[Machine, ...]) -> None:
        super().__init__(town.folder / CONFIG, town.log)
        self.machines = {machine.name: machine for machine in made}

    async def _started(self, role: str) -> Process:
        program, _, where = role.partition(" at ")
        return await self.machines[where].start(program, self._log)

    async def start_at(self, machine: Machine) -> None:
        for program in PROGRAMS:
            await self.start(f"{program} at {machine.name}")

    def lose_power(self, machine: Machine) -> None:
        """Everything on the machine is gone, and nobody hears of it."""
        machine.pull()
        families = [self._family(f"{program} at {machine.name}") for program in PROGRAMS]
        for program in PROGRAMS:
            self.kill(f"{program} at {machine.name}")
        for each in itertools.chain(*families):
            with suppress(psutil.Error):
                each.kill()

    def pause(self, machine: Machine, *, with_family: bool) -> None:
        """The worker stands still; with its driver and browser, or without."""
        role = f"worker at {machine.name}"
        self.processes[role].send_signal(signal.SIGSTOP)
        for each in self._family(role)[1:] if with_family else ():
            with suppress(psutil.Error):
                each.suspend()

    def go_on(self, machine: Machine) -> None:
        for each in self._family(f"worker at {machine.name}"):
            with suppress(psutil.Error):
                each.resume()

    def _family(self, role: str) -> list[psutil.Process]:
        return programs.family_of(self.processes[role].pid)


async def awake_at(cast: Machinery, machine: Machine) -> None:
    """Until every program of a machine is up."""
    while not all(cast.awake(f"{program} at {machine.name}") for program in PROGRAMS):  # noqa: ASYNC110 - other processes
        cast.check()
        await asyncio.sleep(0.1)
