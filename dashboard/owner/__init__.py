"""The pages of whoever keeps the machine, and what monitoring programs are told. Nobody else learns that they exist.

snapshot      what the machine and its rows look like at a moment, for the pages, /healthz and /metrics alike
health        what of it is well and what is not, a sentence each
owner_pages   the routes; each noun has its module: machine, queue, openings, accounts, evidence, log, survey
monitoring    /healthz and /metrics, and who may ask for them
"""
