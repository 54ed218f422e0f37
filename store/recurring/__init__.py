"""Recurring bookings: series, dates, questions, days off. Others use its classes through database.Database."""
