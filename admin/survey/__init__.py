"""The check-up: what of the contract the real site keeps, and a file about it without anybody's data."""
