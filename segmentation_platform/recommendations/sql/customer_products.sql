-- What each customer bought of each product and kept: one row per pair. Reads: known_sales.
-- Parameters: as_of, half_life_days. A pair of which nothing was kept (all cancelled) has 0 orders.
WITH days AS (
    SELECT
        customer_id,
        stock_code,
        invoice,
        net_quantity,
        date_diff('day', CAST(sold_at AS DATE), CAST($as_of AS DATE)) AS age
    FROM known_sales
    WHERE customer_id IS NOT NULL
), orders AS (
    SELECT customer_id, stock_code, invoice, SUM(net_quantity) AS units, MIN(age) AS age
    FROM days
    WHERE net_quantity > 0
    GROUP BY customer_id, stock_code, invoice
), kept AS (
    SELECT
        customer_id,
        stock_code,
        COUNT(*) AS orders,
        -- Rounded: threads add in any order, and equal inputs shall give equal lists.
        round(SUM(units), 6) AS units,
        round(SUM(pow(0.5, age / $half_life_days)), 9) AS recent,
        MAX(age) AS first_age,
        MIN(age) AS last_age
    FROM orders
    GROUP BY customer_id, stock_code
), seen AS (
    SELECT customer_id, stock_code, MAX(age) AS first_age, MIN(age) AS last_age
    FROM days
    GROUP BY customer_id, stock_code
)
SELECT
    seen.customer_id,
    seen.stock_code,
    coalesce(kept.orders, 0) AS orders,
    coalesce(kept.units, 0) AS units,
    coalesce(kept.recent, 0) AS recent,
    coalesce(kept.first_age, seen.first_age) AS first_age,
    coalesce(kept.last_age, seen.last_age) AS last_age
FROM seen
LEFT JOIN kept ON seen.customer_id = kept.customer_id AND seen.stock_code = kept.stock_code
ORDER BY seen.customer_id, seen.stock_code
