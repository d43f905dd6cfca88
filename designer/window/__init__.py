"""The parts of the main window that are not panels: bars, docks, dialogs, and what the commands do."""
