"""Rows become a page: pure functions, in Italian."""
