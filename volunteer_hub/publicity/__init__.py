"""时长公示 · The public record of hours per activity, and what people report about it."""
