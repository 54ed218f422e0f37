"""What setup.py runs: the wizard, the doctor, sessions entered by hand, the survey."""
