"""PostgreSQL in place of SQLite, for an installation on more than one machine."""
