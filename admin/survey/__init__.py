"""The survey: what of the contract the real site keeps, and a file about it without anybody's data.

For setup.py: terminal (survey, Wanted). For the demo world, which can be like the surveyed site: bundle.
"""
