-- What each customer bought in a stretch of days, and kept. Reads: known_sales.
-- Parameters: starts_on, ends_on (both days included).
SELECT
    customer_id,
    COUNT(DISTINCT invoice) AS orders,
    round(SUM(net_amount), 6) AS revenue
FROM known_sales
WHERE
    customer_id IS NOT NULL
    AND net_quantity > 0
    AND CAST(sold_at AS DATE) BETWEEN $starts_on AND $ends_on
GROUP BY customer_id
