"""./run --upgrade: brings this checkout to a release and back, with its environment, database and programs.

It replaces the code that runs it: so it needs the standard library only, ./run starts a copy of it (.upgrade/tool), and
whatever of the bot's own it needs (the doctor, a backup) it asks as commands of the code that is there at that moment.

| module | what it is |
| --- | --- |
| `journey` | the steps of an upgrade, and the way back |
| `marks` | how far it has come, on the disk: who was killed finds the way by it |
| `checkout` | git: tags, what is verified, switching the code |
| `environment` | the virtual environment of the new release, made beside the old one |
| `programs` | what runs out of this checkout, stopped and started again |
| `handed_over` | what systemd hands to the units in place of files, lent to those commands |
| `bot` | the commands of the bot's own that are asked |
| `commands` | running them, and the one sentence of what failed |
"""
