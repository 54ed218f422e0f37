"""A voice message made out of nothing: silence in the form phones send it, Opus in Ogg (RFC 7845), so that it plays."""

from __future__ import annotations

import struct
from collections.abc import Iterator

RATE = 48_000  # granules a second, whatever the encoder's rate
PACKET = b"\xf8\xff\xfe"  # 20 ms of silence, one channel
PACKETS = 50  # of them make a second
PRE_SKIP = 312  # granules a decoder throws away at the start
SERIAL = 1
FIRST, LAST = 2, 4  # flags of a page


def silence(seconds: int) -> bytes:
    """An .ogg file of so many seconds."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, PRE_SKIP, RATE, 0, 0)
    vendor = b"emulator"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    return b"".join((_page([head], 0, 0, FIRST), _page([tags], 0, 1, 0), *_sound(seconds)))


def _sound(seconds: int) -> Iterator[bytes]:
    for number in range(1, seconds + 1):
        yield _page([PACKET] * PACKETS, number * RATE, number + 1, LAST if number == seconds else 0)


def _page(packets: list[bytes], granule: int, number: int, flags: int) -> bytes:
    """A page of whole packets, each shorter than 255 bytes, with its checksum."""
    table = bytes([len(packets), *map(len, packets)])
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, SERIAL, number)
    body = table + b"".join(packets)
    return head + struct.pack("<I", _checksum(head + b"\0\0\0\0" + body)) + body


def _checksum(data: bytes) -> int:
    """CRC-32 as Ogg has it: polynomial 0x04c11db7, not reflected, from zero."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
            value &= 0xFFFFFFFF
    return value
