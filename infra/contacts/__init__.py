"""Addresses and numbers: one normal form for each, and the contact points made of it."""
