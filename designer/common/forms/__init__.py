"""Forms made from declared fields: one editor for each kind of field, and the form that stacks them."""
