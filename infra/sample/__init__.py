"""The sample workspace's data: real accounts, invented people, seeded answers."""
