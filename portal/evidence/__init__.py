"""What the site showed when it was not as expected, kept without anybody's secrets."""
