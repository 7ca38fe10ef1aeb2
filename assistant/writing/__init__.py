"""The writer: answers composed by a language model, each sentence verified like a quoted one."""
