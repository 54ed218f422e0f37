"""Fonts that are shipped: Noto Sans for pictures, Noto Color Emoji for pictures and the chat page of the demo."""
