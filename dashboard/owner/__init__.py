"""The pages of whoever keeps the machine, and what monitoring programs are told. Nobody else learns that they exist.

owner_pages   the routes; each noun has its module: machine, queue, openings, accounts, evidence, log, survey
monitoring    /healthz and /metrics, and who may ask for them
"""
