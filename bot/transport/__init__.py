"""A Telegram update in, a message out."""
