"""What happens, in functions that take models and values: one module per thing that is acted on."""
