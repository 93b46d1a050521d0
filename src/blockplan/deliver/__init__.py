"""
What an office hands in: packages of any city's profile, both ways, judged; amendments; texts that agree.

`profile` reads delivery profiles, `handover` writes and accepts packages, `quality` judges them.
"""
