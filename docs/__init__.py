"""Documents, and what generates the ones that follow from the code."""
