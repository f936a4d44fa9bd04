-- One row per product sold. Reads: known_sales.
WITH spellings AS (
    SELECT
        stock_code,
        description,
        product_category,
        product_type,
        ROW_NUMBER() OVER (
            PARTITION BY stock_code ORDER BY (description IS NULL), COUNT(*) DESC, MAX(sold_at) DESC, description
        ) AS place
    FROM known_sales
    WHERE status = 'completed'
    GROUP BY stock_code, description, product_category, product_type
), sales AS (
    SELECT
        stock_code,
        CAST(MIN(sold_at) AS DATE) AS first_sold,
        CAST(MAX(sold_at) AS DATE) AS last_sold,
        COUNT(DISTINCT CAST(sold_at AS DATE)) AS days_sold,
        MEDIAN(unit_price) AS price_median,
        CAST(COUNT(DISTINCT CASE WHEN net_quantity > 0 THEN customer_id END) AS INTEGER) AS customers,
        -- Rounded far below unit and cent: the order in which an engine adds must not show.
        round(SUM(net_quantity), 6) AS units,
        round(SUM(net_amount), 6) AS revenue,
        round(1 - SUM(net_quantity) / SUM(quantity), 9) AS cancellation_rate
    FROM known_sales
    WHERE status = 'completed'
    GROUP BY stock_code
)
SELECT
    sales.stock_code,
    spellings.description,
    spellings.product_category AS category,
    spellings.product_type,
    sales.first_sold,
    sales.last_sold,
    CASE WHEN sales.days_sold > 1 THEN
        round(date_diff('day', sales.first_sold, sales.last_sold) / (sales.days_sold - 1.0), 1)
    END AS days_between_sales,
    round(sales.price_median, 2) AS price_median,
    sales.customers,
    sales.units,
    round(sales.revenue, 2) AS revenue,
    greatest(0, least(1, sales.cancellation_rate)) AS cancellation_rate
FROM sales
JOIN spellings ON sales.stock_code = spellings.stock_code AND spellings.place = 1
ORDER BY sales.stock_code
