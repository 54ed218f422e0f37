"""A tap becomes rows, and rows become a page."""
