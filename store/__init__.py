"""The database file and its rows: all SQL is here. Only database.py imports it; others use database.Database."""
