"""How large a run is: short for every push, and as long as the claims are when FAULTS_LONG=1.

FAULTS_SEEDS="4,5" chooses other moments for the kills.
"""

import os


LONG = os.environ.get("FAULTS_LONG") == "1"

RECIPIENTS, KILLS = (5000, 20) if LONG else (500, 4)

SEEDS = [int(seed) for seed in os.environ.get("FAULTS_SEEDS", "1,2,3" if LONG else "1").split(",")]

#: Connections of one worker: what holds when nobody sets it, and many.
CONNECTIONS = [10, 16, 32] if LONG else [10]
