"""`python -m workbench`: become Streamlit, with the settings that the workbench wants."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.launch import read_options, require_free

DEFAULT_LISTEN = "127.0.0.1:8702"

LOOPBACK = ("localhost", "127.0.0.1", "::1")

STREAMLIT_SETTINGS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "browser.gatherUsageStats": "false",
    "global.developmentMode": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "logger.level": "warning",
    "logger.enableRich": "false",
    "logger.hideWelcomeMessage": "true",
    "theme.light.primaryColor": "#4f6df5",
    "theme.dark.primaryColor": "#8aa0ff",
    "theme.chartCategoricalColors": '["#4f6df5", "#e5883a", "#2a9d73", "#c0529e", "#8d8f99"]',
    "theme.baseRadius": "0.4rem",
    "theme.baseFontSize": "15",
    "theme.headingFontSizes": '["1.6rem", "1.25rem", "1.1rem"]',
    "theme.metricValueFontSize": "1.5rem",
    "theme.paddingTop": "1.5rem",
    "theme.paddingBottom": "3rem",
}


def main() -> None:
    options = read_options("nightdesk workbench", "The engineers' workbench.", DEFAULT_LISTEN)
    require_free(options)
    settings = STREAMLIT_SETTINGS | {"server.address": options.host, "server.port": str(options.port)}
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("app.py"))]
    command += [f"--{name}={value}" for name, value in settings.items()]
    if options.host in LOOPBACK:
        # Else a web page whose name resolves to this machine could drive the workbench with our key.
        command += [f"--server.allowedHosts={host}" for host in LOOPBACK]
    sys.stdout.write(f"The workbench is at {options.url}, a client of {options.server}.\n")
    sys.stdout.flush()
    os.execve(sys.executable, command, os.environ | {"NIGHTDESK_ADDRESS": options.server})  # noqa: S606


if __name__ == "__main__":
    main()
