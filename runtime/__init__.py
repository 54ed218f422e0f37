"""How a program is configured, starts, shows that it lives, and stops."""
