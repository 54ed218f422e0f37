"""Periodic bookings: their series, their dates, their confirmations."""
