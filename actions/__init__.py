"""What a worker does with one claimed action, up to its outcome.

Others use `runner` (ActionRunner and site_access), `routine` (one action done now, by a script), `decide.handed_back`
and `cancelling` (the site's own way to cancel, which the survey tries too).
"""
