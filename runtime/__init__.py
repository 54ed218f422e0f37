"""How a program is configured, starts, shows that it lives, is woken, and stops.

For everybody: settings (Settings, load), configured (what they mean in the words of the domain), config_file (command).
For the programs: preflight (imported first), program (options, run, wait), process_names (who holds what), heartbeat
(HeartbeatLoop), service_manager (systemd), credentials (what it hands over), version.
The rest belongs to settings: config_values and config_mistakes.
"""
