"""The script that Streamlit runs, again for every click of every reader."""

from segmentation_platform.app.navigation import run

run()
