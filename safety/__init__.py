"""What keeps secrets in and bad input out: addresses, private files, redaction, the reading of what others wrote."""
