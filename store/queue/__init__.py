"""The rows of booking_actions, from the request to the settlement."""
