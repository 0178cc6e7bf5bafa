"""图表: exhibits that carry N, method, limits and source."""
