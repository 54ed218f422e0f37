"""The pages in the browser: what a person may look at and do, made from rows, served by `web.py`.

Everything that a person does goes through bot.flows, as in the chat. Each part offers `routes(dashboard)`, listed in
dashboard/server.py; what a part is given is in dashboard/parts.py.
"""
