"""The ballot box: whose ballot it is, what may stand on it, and how two of one reader become one."""
