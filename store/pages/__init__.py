"""What the pages in the browser show: read in one snapshot, and told apart from before by a sign."""
