"""Measurements anyone can run: `python -m bench`. The product never imports it.

A measurement is a file of its own with a `measure(rounds)`; `__main__.py` lists them all.
"""
