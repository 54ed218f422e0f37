"""Everything that knows the booking site's secrets: sessions, pages, endpoints, and what its troubles look like."""
