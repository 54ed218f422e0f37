"""One account on the site: its stored session, its logins, its requests and its pages."""
