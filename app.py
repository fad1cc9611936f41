"""Start Handoff: the web server, and the worker as its child. `python app.py [--host HOST] [--port PORT]`."""

import sys

from crm.cli import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
