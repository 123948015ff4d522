"""What the demo site says: texts, people and numbers as plain data, without a model in sight."""
