"""One login in the browser: its guard, its pages, its one-time codes, and why it failed."""
