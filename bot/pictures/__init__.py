"""Pictures that are sent in the chat, drawn with Pillow: week.py is the week,
statistics.py a person's numbers, canvas.py what all are drawn with.

Data in, a JPEG out. Drawing takes a tenth of a second of a processor: callers do it in a thread.
"""
