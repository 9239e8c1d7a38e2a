"""Volunteers: documents, ages, numbers, registration, the register, pages."""
