"""The rows, table by table. Only database.py and these files hold SQL; database.py is their front door."""
