"""志愿服务队伍 · The team tree and dated memberships."""
