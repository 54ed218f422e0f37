"""What lets people into the pages in the browser: links and sessions. Of their secrets only a digest is kept."""
