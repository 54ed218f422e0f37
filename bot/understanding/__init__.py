"""Reads what people write: a message, and the courses there are, become an intent, or a question.

reading.py has `understand`, which is all that flows need. Pure: no database, no Telegram; the same words at the same
moment mean the same. What is understood is shown and asked, never carried out; what is not understood is never left
out silently.
"""
