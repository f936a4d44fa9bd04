"""Faults on a platform as it runs in production: what is killed, what people read meanwhile, what comes of it."""
