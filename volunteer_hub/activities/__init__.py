"""项目 活动 场次 报名 · What is published, when, and who signed up."""
