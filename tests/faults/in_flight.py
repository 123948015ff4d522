"""How much may be under way at the same time, for the settings of the workers and for the judges."""

#: Worker processes.
CONCURRENCY = 2

#: Messages that one worker may have in flight.
CONNECTIONS = 5

#: Messages that all workers together may have in flight.
IN_FLIGHT = CONCURRENCY * CONNECTIONS
