"""What the rails look for. Pure functions of a text; none knows of NeMo Guardrails."""
