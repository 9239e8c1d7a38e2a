"""Ground floor: knows no request and no room."""
