"""What happens to comments."""
