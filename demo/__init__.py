"""The world to try the bot in: a simulated Polimisport and a simulated Telegram. The product never imports it."""
