"""Following a series: what its author has promised, how it ends, and what followers hear last."""
