"""One module per page of the app, each with `show`: from a shop to what stands on the page.

Belongs here: what is on a page and in which order. Does not belong here: how any of it is computed or drawn.
"""
