"""What a worker does with one claimed action, up to its outcome."""
