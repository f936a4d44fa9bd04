"""Where ledgers come from that are not files here: fetched into a folder of their own, and read from there.

Belongs here: addresses (http, object stores), other databases, public archives. Does not belong here: what is in the
files; that is the ledger's.
"""
