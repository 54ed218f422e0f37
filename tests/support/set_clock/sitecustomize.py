"""Sets the clock of a real program: $CLOCK_STEP names a file with the seconds by which it is off.

Python runs this before the program, which takes all its time from `domain.model.utc_now`. What counts seconds evenly is
left alone, as when a machine's clock is set.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from domain import model

STEP, REAL = Path(os.environ["CLOCK_STEP"]), model.utc_now


def utc_now() -> datetime:
    """What the machine's clock says since it was set."""
    return REAL() + timedelta(seconds=float(STEP.read_text()))


model.utc_now = utc_now
