"""What setup.py runs: the wizard, the doctor, sessions made by hand, the survey.

For setup.py: wizard (Wizard), doctor (examine), sessions, session_file and hand_login (their errors), survey.terminal.
Nobody else imports from here, but for the demo world: survey.bundle.
"""
