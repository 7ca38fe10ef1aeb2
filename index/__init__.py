"""Files become searchable chunks: reading, chunking, embedding and the store."""

import os

# onnxruntime reports its use from 1.32 on, unless this is set before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
