"""What keeps secrets in and bad input out: addresses, private files, redaction, the reading of what others wrote.

For everybody, a file each: addresses (where a login may go), private (files of this user alone), redaction (secrets
taken out of texts), untrusted (JSON, dates and HTML within limits), otp_export (an export of Google Authenticator).
"""
