"""The table of all commands: menu, text, tip, keys. Menus, command palette, shortcut sheet and tests read it."""

from __future__ import annotations

from designer.actions import ActionSpec as A

# fmt: off
FILE = (
    A("new", "File", "New", "Begin an empty design", ("Ctrl+N",), "new"),
    A("new_from_template", "File", "New from Template…", "Begin with a network that works",
      ("Ctrl+Shift+N",), "template"),
    A("open", "File", "Open…", "Open a design from a file", ("Ctrl+O",), "open"),
    A("clear_recent", "File/Open Recent", "Clear List", "Forget the files opened last",
      ("Ctrl+Shift+Del",), separator=True),
    A("save", "File", "Save", "Write the design and its weights to its file", ("Ctrl+S",), "save",
      separator=True),
    A("save_as", "File", "Save As…", "Write the design to another file", ("Ctrl+Shift+S",)),
    A("import", "File", "Import Weights…", "Fill the network with weights from a file, after a look at what fits",
      ("Ctrl+Alt+I",), separator=True),
    A("export", "File", "Export Weights…", "Write the trained network for other programs", ("Ctrl+E",),
      "export"),
    A("export_picture", "File", "Export Picture…", "Write a picture of the network", ("Ctrl+Shift+E",),
      "picture"),
    A("quit", "File", "Quit", "Close the window", ("Ctrl+Q",), "quit", separator=True),
)
EDIT = (
    A("undo", "Edit", "Undo", "Take back the last change", ("Ctrl+Z",), "undo"),
    A("redo", "Edit", "Redo", "Make the change again", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo"),
    A("cut", "Edit", "Cut", "Move the selected layers to the clipboard", ("Ctrl+X",), "cut", separator=True),
    A("copy", "Edit", "Copy", "Copy the selected layers, as text that other windows take", ("Ctrl+C",),
      "copy"),
    A("paste", "Edit", "Paste", "Put in the layers on the clipboard", ("Ctrl+V",), "paste"),
    A("duplicate", "Edit", "Duplicate", "Put a copy beside the selected layers", ("Ctrl+D",), "duplicate"),
    A("delete", "Edit", "Delete", "Take out what is selected", ("Del", "Backspace"), "delete", "canvas"),
    A("delete_and_join", "Edit", "Delete and Join",
      "Take out the selected layers and join their neighbours", ("Ctrl+Del",), context="canvas"),
    A("select_all", "Edit", "Select All", "Select every layer", ("Ctrl+A",), "select-all", separator=True),
    A("rename", "Edit", "Rename", "Give the selected layer another name", ("F2",), "rename"),
    A("commands", "Edit", "All Commands…", "Find and run any command by its name", ("Ctrl+Shift+P",),
      "commands", separator=True),
)
VIEW = (
    A("zoom_in", "View", "Zoom In", "Make the canvas larger", ("Ctrl++", "Ctrl+="), "zoom-in",
      sheet="also the wheel, at the pointer"),
    A("zoom_out", "View", "Zoom Out", "Make the canvas smaller", ("Ctrl+-",), "zoom-out"),
    A("zoom_reset", "View", "Actual Size", "Show the canvas at 100 %", ("Ctrl+1",)),
    A("fit_selection", "View", "Fit Selection", "Show the selected layers as large as they fit", ("F",),
      "fit", "canvas"),
    A("fit_all", "View", "Fit All", "Show the whole network", ("Home", "Ctrl+0"), context="canvas"),
    A("show_palette", "View", "Palette", "Show or hide the palette of layers", ("Ctrl+Alt+1",), "palette",
      checkable=True, separator=True),
    A("show_outline", "View", "Outline", "Show or hide the list of layers in order", ("Ctrl+Alt+2",),
      "outline", checkable=True),
    A("show_inspector", "View", "Inspector", "Show the settings of the selected layer", ("Ctrl+Alt+3",),
      "inspector"),
    A("show_training", "View", "Training Settings", "Show epochs, optimizer and the like", ("Ctrl+Alt+4",),
      "settings"),
    A("show_data", "View", "Data", "Show the data and how it is split and scaled", ("Ctrl+Alt+5",), "data"),
    A("show_problems", "View", "Problems", "Show what is wrong and what training finds", ("Ctrl+Alt+6",),
      "warning"),
    A("theme_system", "View/Theme", "Follow the System", "Light or dark as the system tells",
      ("Ctrl+Alt+7",), "system", checkable=True),
    A("theme_light", "View/Theme", "Light", "Use the light colours", ("Ctrl+Alt+8",), "light",
      checkable=True),
    A("theme_dark", "View/Theme", "Dark", "Use the dark colours", ("Ctrl+Alt+9",), "dark",
      checkable=True),
    A("minimap", "View", "Overview", "Show or hide the small map of the network", ("M",), "map", "canvas",
      checkable=True, separator=True),
    A("full_screen", "View", "Full Screen", "Give the window the whole screen", ("F11",), "fullscreen",
      checkable=True),
)
NETWORK = (
    A("add_layer", "Network", "Add Layer…", "Search for a layer and put it in", ("Tab",), "search",
      "canvas", sheet="also a double-click on empty canvas"),
    A("layout", "Network", "Lay Out", "Arrange the layers from left to right", ("L",), "layout", "canvas"),
    A("comment", "Network", "Comment", "Frame the selected layers with a comment", ("C",), "comment",
      "canvas"),
    A("freeze", "Network", "Freeze", "Keep the selected layers' weights as they are, or let them move",
      ("Ctrl+L",), "freeze", separator=True),
    A("unfreeze", "Network", "Unfreeze All", "Let the weights of every layer move again", ("Ctrl+Shift+L",)),
    A("transfer", "Network", "Transfer Learning…", "Keep what was learnt, and give the network a new last layer",
      ("Ctrl+T",)),
    A("bypass", "Network", "Bypass", "Pass the input on as if the selected layers were not there",
      ("Ctrl+B",), "bypass"),
    A("group", "Network", "Group into a Block", "Make one block of the selected layers", ("Ctrl+G",), "group",
      separator=True),
    A("ungroup", "Network", "Ungroup", "Put the layers of the selected block in its place", ("Ctrl+Shift+G",),
      "ungroup"),
    A("enter_block", "Network", "Enter Block", "Show what is inside the selected block", ("Ctrl+]",), "fit",
      sheet="also a double-click on it, or Enter"),
    A("leave_block", "Network", "Leave Block", "Go back to where the block stands", ("Ctrl+[",), "chevron-left",
      sheet="also Esc, with nothing selected"),
    A("summary", "Network", "Summary…", "List every layer with its shape and parameters", ("Ctrl+I",),
      "layers", separator=True),
    A("check_gradients", "Network", "Check Gradients…", "Compare the gradients with numerical ones",
      ("Ctrl+Shift+I",), "sigma"),
)
TRAIN = (
    A("train", "Train", "Train", "Train the network from its first weights", ("F5",), "play"),
    A("continue", "Train", "Continue", "Go on from the weights as they are", ("Ctrl+F5",)),
    A("pause", "Train", "Pause", "Hold the training, or let it go on", ("F6",), "pause",
      sheet="also Space in the training views"),
    A("step", "Train", "Step", "Take one training step", ("F10",), "step"),
    A("stop", "Train", "Stop", "End the training and keep the weights", ("Shift+F5",), "stop"),
    A("reset", "Train", "Reset", "Forget what was learnt and go back to the first weights",
      ("Ctrl+Shift+F5",), "reset", separator=True),
)
PLOTS = (
    ("loss", "Loss", "loss over the steps, for training and validation"),
    ("gradients", "Gradients", "how large the gradient is at each layer"),
    ("activations", "Activations", "what each layer puts out, and where units are dead or saturated"),
    ("weights", "Weights", "the weights of the selected layer"),
    ("predictions", "Predictions", "what the network says of single samples"),
    ("theory", "Theory", "the network as a line with knots, as linear regions, as one linear map"),
    ("backprop", "Backprop", "one training step, number by number"),
    ("runs", "Runs", "earlier runs, side by side"),
    ("generate", "Generate", "what the network writes: answers to sources, texts that go on"),
)
"""The training views: (name, title, tip), in the order of their tabs."""
WINDOW = (
    *(
        A(f"plot_{name}", "Window", title, f"Show or hide: {tip}", (f"Alt+{place}",), checkable=True)
        for place, (name, title, tip) in enumerate(PLOTS, 1)
    ),
    A("float_plots", "Window", "Tear Off Training Views", "Put the training views into a window of their own, or back",
      ("Alt+0",), "float", checkable=True, separator=True),
    A("reset_window", "Window", "Reset Arrangement", "Put every panel back to its place", ("Ctrl+Shift+R",)),
    A("new_window", "Window", "New Window", "Open another window", ("Ctrl+Shift+W",), separator=True),
)
HELP = (
    A("guide", "Help", "Guide", "Read how to draw, train and find out why a network fails",
      ("Shift+F1",), "hint"),
    A("help_layer", "Help", "Help on the Layer", "Explain the selected layer, with its formula; else open the guide",
      ("F1",), "help"),
    A("shortcuts", "Help", "Shortcuts", "List the keys of every command", ("Ctrl+/",), "keyboard"),
    A("about", "Help", "About Gradloom", "Say which version this is", ("Ctrl+F1",), separator=True),
)
MENUS = ("File", "Edit", "View", "Network", "Train", "Window", "Help")
ACTIONS = FILE + EDIT + VIEW + NETWORK + TRAIN + WINDOW + HELP

GESTURES = (
    ("Canvas", "Double-click", "Search for a layer at the pointer"),
    ("Canvas", "Drag from the palette", "Put a layer in; on a wire it is inserted"),
    ("Canvas", "Drag a wire to empty canvas", "Search for a layer that fits, and connect it"),
    ("Canvas", "Ctrl+drag a wire's end", "Plug the wire in elsewhere"),
    ("Canvas", "Alt+Shift+drag", "Cut every wire crossed"),
    ("Canvas", "Middle button or Space+drag", "Move the canvas"),
    ("Canvas", "Wheel", "Zoom at the pointer"),
    ("Canvas", "Drag on empty canvas", "Select; Shift adds, Ctrl toggles"),
    ("Canvas", "Arrow keys", "Move the selection by a step"),
    ("Canvas", "Double-click a block", "Go in"),
    ("Canvas", "Esc", "Give up the gesture; else let go of the selection; else leave the block"),
    ("Training views", "Space", "Pause, or go on"),
)
"""What the mouse does, for the shortcut sheet: (heading, gesture, meaning)."""
