"""`python -m workbench.reviewer`: serve the demo."""

from __future__ import annotations

import os
import sys

from nightdesk import Client
from workbench.launch import read_options, require_free

DEFAULT_LISTEN = "127.0.0.1:8703"


def main() -> None:
    options = read_options("nightdesk demo", "The reviewers' demo.", DEFAULT_LISTEN)
    require_free(options)
    # Gradio reads this when it is imported.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from workbench.reviewer.app import STYLE, build, theme  # noqa: PLC0415

    sys.stdout.write(f"The demo is at {options.url}, a client of {options.server}.\n")
    sys.stdout.flush()
    with Client(options.server) as client:
        build(client).launch(
            server_name=options.host,
            server_port=options.port,
            share=False,
            quiet=True,
            show_error=True,
            ssr_mode=False,
            enable_monitoring=False,
            footer_links=[],
            theme=theme(),
            css_paths=STYLE,
        )


if __name__ == "__main__":
    main()
