"""How the machine is: one look at the rows and the disk, and what of it is well and what is not.

snapshot   what the machine and everybody's rows look like at a moment
checks     what of it is well, a sentence each: for /healthz, /metrics, the owner's page and the dead-man ping alike
measures   how amounts and spans are written
__main__   python -m health: only whether the programs live, as an exit code, for a container's engine
"""
