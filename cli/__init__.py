"""The `nightdesk` command: clients of the contract, and the only place that starts the other processes."""
