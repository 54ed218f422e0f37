"""Files that systemd (LoadCredential=) or a container's secrets hand over: by name, in $CREDENTIALS_DIRECTORY."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CREDENTIALS_DIRECTORY"
CONFIG, KEY = "polimisport-config", "polimisport-key"


def handed_over(name: str) -> Path | None:
    """The file of that name; None where none is handed over."""
    folder = os.environ.get(VARIABLE)
    path = Path(folder, name) if folder else None
    return path if path is not None and path.exists() else None
