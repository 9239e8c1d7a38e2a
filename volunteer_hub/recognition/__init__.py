"""Star levels, points, trainings, honours, evaluations, and the year in review."""
