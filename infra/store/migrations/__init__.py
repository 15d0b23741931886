"""The schema, as numbered SQL files: `NNNN_verb_noun.sql`, forward only.

0001-0009 log and leases.  A file is never changed once it was applied anywhere.
"""
