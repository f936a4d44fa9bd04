"""Measurements that compare with a baseline in the same run; see docs/benchmarks.md."""
