"""What the site's responses, its pages and Playwright's errors mean, as errors of domain/errors.py."""
