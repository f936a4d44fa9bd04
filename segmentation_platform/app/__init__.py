"""The Streamlit app: what is published, for people who neither write SQL nor Python.

Belongs here: pages, the widgets on them, and the words that they say. Does not belong here: computing what is
published, reading it by any other way than `client`, drawing (`reporting.charts`).
"""
