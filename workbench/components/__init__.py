"""What several pages show: formats, badges, citations, charts, differences and what to say when there is nothing."""
