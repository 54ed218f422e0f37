"""A Telegram update in, a message out: the only room that imports telegram. bot_db.py puts its parts together."""
