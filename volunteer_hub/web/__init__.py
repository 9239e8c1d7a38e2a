"""Flask glue for all rooms: access, errors, forms, headers, layout."""
