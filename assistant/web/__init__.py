"""The chat in the browser. `launch` serves it; Gradio is imported only then."""

from assistant.web.server import launch

__all__ = ["launch"]
