-- The twenty products that are in most orders of every country. Reads: insight_lines.
WITH products AS (
    SELECT country, stock_code, COUNT(DISTINCT invoice) AS orders, round(SUM(net_amount), 6) AS revenue
    FROM insight_lines
    WHERE net_quantity > 0
    GROUP BY country, stock_code
), ranked AS (
    SELECT
        country,
        stock_code,
        CAST(ROW_NUMBER() OVER (PARTITION BY country ORDER BY orders DESC, revenue DESC, stock_code) AS INTEGER)
            AS place
    FROM products
)
SELECT country, stock_code, place
FROM ranked
WHERE place <= 20
ORDER BY country, place
