"""The pages of one person: what is ahead of them, how their openings went, their history and their numbers."""
