"""The boundary to the training process, against a worker that replays what a real one tells."""
