"""The seconds around an opening: prepared in time by the site's own clock, shot at, and proved.

Others use `openings` (what a process needs for its races), `race` (`Target` and `Won`), `policy`, `budget`,
`last_call`, `server_clock` and `steady_time`.
"""
