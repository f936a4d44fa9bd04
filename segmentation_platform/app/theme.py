"""How the app looks, and how its server behaves: options of Streamlit, so that no file has to lie about."""

from collections.abc import Mapping

OPTIONS: Mapping[str, str] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.maxUploadSize": "25",
    "browser.gatherUsageStats": "false",
    "runner.magicEnabled": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    # The table's own download knows nothing of formulas in spreadsheets; ours does.
    "client.disableDataExport": "true",
    "theme.base": "light",
    "theme.primaryColor": "#00616b",
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f3f6f7",
    # Captions have 60 % of it: darker than that of charts, so that they keep a contrast of 4.8 to 1.
    "theme.textColor": "#0b1218",
    "theme.linkColor": "#00565f",
    "theme.borderColor": "#d9dee3",
    "theme.baseRadius": "0.4rem",
    "theme.baseFontSize": "15",
    "theme.showWidgetBorder": "true",
    "theme.metricValueFontSize": "1.5rem",
}
"""What `streamlit run` is told; no telemetry, nothing that is for developers, no stack traces for readers."""

ICON = """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="6" fill="#00616b"/>
<circle cx="11" cy="12" r="5" fill="#fff"/><path d="M3 27a8 8 0 0 1 16 0z" fill="#fff"/>
<circle cx="22" cy="14" r="4" fill="#8fc1c5"/><path d="M19 27a8 8 0 0 0-2-6 7 7 0 0 1 12 6z" fill="#8fc1c5"/>
</svg>
""".strip()
"""The icon in the browser's tab, drawn here: those that Streamlit knows by name come from another site."""

STYLE = """
<style>
.stMainBlockContainer { max-width: 1240px; padding-top: 4.5rem; padding-bottom: 4rem; }
.stMainBlockContainer h1 { font-size: 1.9rem; padding: 0; }
.stMainBlockContainer h2 { font-size: 1.2rem; padding: 0.75rem 0 0; }
/* A click before the page is done would fetch the file of the filters before. */
.stApp:not([data-test-script-state="notRunning"]) [data-testid="stDownloadButton"] button {
  pointer-events: none; opacity: 0.45;
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
}
</style>
"""
"""What options can't say."""
