"""What must always be true of the rows, asked of the database; see ``checking.CHECKS`` for the list."""
