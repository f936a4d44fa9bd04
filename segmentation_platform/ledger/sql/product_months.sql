-- How many invoices had each product, month by month. Reads: known_sales.
SELECT
    stock_code,
    CAST(date_trunc('month', sold_at) AS DATE) AS month,
    COUNT(DISTINCT invoice) AS orders
FROM known_sales
WHERE net_quantity > 0
GROUP BY stock_code, date_trunc('month', sold_at)
ORDER BY stock_code, month
