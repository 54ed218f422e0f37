"""Driver, browser and their contexts: how they are started, configured, watched and closed."""
