-- What each customer bought of each product and kept: one row per pair. Reads: known_sales.
-- Parameters: as_of. A pair of which nothing was kept (all cancelled) has 0 orders. The columns recent_<days> are the
-- orders weighted by age: one that many days old counts half.
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
        round(SUM(pow(0.5, age / 3.0)), 12) AS recent_3,
        round(SUM(pow(0.5, age / 5.0)), 12) AS recent_5,
        round(SUM(pow(0.5, age / 7.0)), 12) AS recent_7,
        round(SUM(pow(0.5, age / 14.0)), 12) AS recent_14,
        round(SUM(pow(0.5, age / 30.0)), 12) AS recent_30,
        round(SUM(pow(0.5, age / 60.0)), 12) AS recent_60,
        round(SUM(pow(0.5, age / 90.0)), 12) AS recent_90,
        round(SUM(pow(0.5, age / 120.0)), 12) AS recent_120,
        round(SUM(pow(0.5, age / 240.0)), 12) AS recent_240,
        round(SUM(pow(0.5, age / 365.0)), 12) AS recent_365,
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
    coalesce(kept.recent_3, 0) AS recent_3,
    coalesce(kept.recent_5, 0) AS recent_5,
    coalesce(kept.recent_7, 0) AS recent_7,
    coalesce(kept.recent_14, 0) AS recent_14,
    coalesce(kept.recent_30, 0) AS recent_30,
    coalesce(kept.recent_60, 0) AS recent_60,
    coalesce(kept.recent_90, 0) AS recent_90,
    coalesce(kept.recent_120, 0) AS recent_120,
    coalesce(kept.recent_240, 0) AS recent_240,
    coalesce(kept.recent_365, 0) AS recent_365,
    coalesce(kept.first_age, seen.first_age) AS first_age,
    coalesce(kept.last_age, seen.last_age) AS last_age
FROM seen
LEFT JOIN kept ON seen.customer_id = kept.customer_id AND seen.stock_code = kept.stock_code
ORDER BY seen.customer_id, seen.stock_code
