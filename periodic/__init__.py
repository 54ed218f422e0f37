"""What the executor does at each tick about what recurs: dates, open questions, held places, routine work.

For periodic_executor.py: Tick, and the class of each part. It opens neither Telegram nor the site: it only writes rows.
"""
