"""The booking site's pages as objects: selectors as locators, and verbs that wait for outcomes."""
