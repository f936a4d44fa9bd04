"""The software-defined assets, one module per group, in the order of the flow."""
