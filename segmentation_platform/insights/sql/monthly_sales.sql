-- Orders, customers and revenue of every month, in all and by buyers, category and region. Reads: insight_lines.
SELECT
    period,
    CASE
        WHEN GROUPING(buyers) = 0 THEN 'buyers'
        WHEN GROUPING(category) = 0 THEN 'category'
        WHEN GROUPING(region) = 0 THEN 'region'
        ELSE 'all'
    END AS subject_kind,
    coalesce(buyers, category, region, 'all') AS subject,
    CAST(COUNT(DISTINCT invoice) AS INTEGER) AS orders,
    CAST(COUNT(DISTINCT customer_id) AS INTEGER) AS customers,
    round(SUM(net_amount), 6) AS revenue
FROM insight_lines
WHERE status = 'completed'
GROUP BY GROUPING SETS ((period), (period, buyers), (period, category), (period, region))
