"""Customer segments and product recommendations from a shop's sales ledger.

The folders are the architecture: `contracts` says what every table looks like; `ledger`, `customers`,
`segments` and `recommendations` are pure logic, run on tables by an `engine`; `warehouse` is everything
Postgres; `orchestration` is everything Dagster; `reporting` draws.
"""
