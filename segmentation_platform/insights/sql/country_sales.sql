-- What was kept in every country, with the sums of squares that the spread of the order value comes from.
-- Reads: insight_lines. A buyer is a customer with all orders, or a guest with one.
WITH buyers AS (
    SELECT
        country,
        customer_id,
        CAST(COUNT(DISTINCT invoice) AS DOUBLE) AS orders,
        SUM(net_amount) AS revenue
    FROM insight_lines
    WHERE net_quantity > 0
    GROUP BY country, customer_id, CASE WHEN customer_id IS NULL THEN invoice END
)
SELECT
    country,
    CAST(COUNT(*) AS INTEGER) AS buyers,
    CAST(COUNT(customer_id) AS INTEGER) AS customers,
    CAST(SUM(orders) AS INTEGER) AS orders,
    CAST(SUM(CASE WHEN customer_id IS NULL THEN 0 ELSE orders END) AS INTEGER) AS customer_orders,
    round(SUM(revenue), 6) AS revenue,
    round(SUM(CASE WHEN customer_id IS NULL THEN 0 ELSE revenue END), 6) AS customer_revenue,
    round(SUM(orders * orders), 6) AS orders_squared,
    round(SUM(revenue * orders), 6) AS revenue_times_orders,
    round(SUM(revenue * revenue), 6) AS revenue_squared
FROM buyers
GROUP BY country
