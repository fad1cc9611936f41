"""`python -m crm.cli` is `handoff`."""

from crm.cli import main

main()
