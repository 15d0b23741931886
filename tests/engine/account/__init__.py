"""The rules of one account."""
