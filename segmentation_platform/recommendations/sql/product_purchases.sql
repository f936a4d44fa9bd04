-- Who bought what, per segment, region and taste, and over all of them: one row per cell and product.
-- Reads: known_sales, customer_segments. Parameters: as_of, half_life_days, recent_days.
-- A null segment_id means all segments, and so for region and taste. A product in an invoice is one purchase.
WITH purchases AS (
    SELECT
        segments.segment_id,
        segments.region,
        segments.taste,
        segments.customer_id,
        sales.stock_code,
        sales.invoice,
        date_diff('day', CAST(MAX(sales.sold_at) AS DATE), CAST($as_of AS DATE)) <= $recent_days AS is_recent,
        pow(0.5, date_diff('day', CAST(MAX(sales.sold_at) AS DATE), CAST($as_of AS DATE)) / $half_life_days) AS weight
    FROM known_sales AS sales
    JOIN customer_segments AS segments ON sales.customer_id = segments.customer_id
    WHERE sales.net_quantity > 0
    GROUP BY
        segments.segment_id, segments.region, segments.taste, segments.customer_id, sales.stock_code, sales.invoice
)
SELECT
    segment_id,
    region,
    taste,
    stock_code,
    COUNT(*) AS purchases,
    -- Rounded: threads add in any order, and equal inputs shall give equal lists.
    round(SUM(weight), 9) AS recent_purchases,
    COUNT(DISTINCT customer_id) AS customers,
    COUNT(DISTINCT CASE WHEN is_recent THEN customer_id END) AS recent_customers
FROM purchases
GROUP BY GROUPING SETS (
    (segment_id, region, taste, stock_code),
    (segment_id, region, stock_code),
    (segment_id, taste, stock_code),
    (segment_id, stock_code),
    (region, taste, stock_code),
    (region, stock_code),
    (taste, stock_code),
    (stock_code)
)
ORDER BY segment_id, region, taste, stock_code
