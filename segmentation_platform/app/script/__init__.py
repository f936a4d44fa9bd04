"""The script that Streamlit runs, in a folder of its own: of a folder `pages` beside it Streamlit makes pages itself.

Belongs here: that script. Does not belong here: anything else.
"""
