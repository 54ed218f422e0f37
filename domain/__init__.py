"""What the words of the product mean, and which rules hold. Imports the standard library and its own files only."""
