"""What leaves the machine beside the chat: the ping that says that all is well, and notices that must not be missed.

configured  the channels that the configuration names
ping        asks for the ping's address while all is well
sender      looks after what is to be sent, in the executor; starts `deliver` for it
deliver     a process of its own: makes the words, as in the chat, and sends them
apprise_channel  one message to one channel; the only file that imports Apprise
"""
