"""booking_actions: requests, claims, settlement, history. Others use its classes through database.Database."""
