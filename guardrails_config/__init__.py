"""The rails as NeMo Guardrails loads them: config.yml, flows, actions, and the detectors behind the actions."""
