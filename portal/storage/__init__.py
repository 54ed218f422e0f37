"""What is kept on disk: sessions, one-time codes that were sent, calendars, how the list of bookings is shown."""
