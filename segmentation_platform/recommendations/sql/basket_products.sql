-- Which product is in which basket, guests' baskets included: one row per invoice and product of which something
-- was kept. Reads: known_sales. An invoice is its number; numbers of baskets mean nothing else.
SELECT
    CAST(DENSE_RANK() OVER (ORDER BY invoice) - 1 AS BIGINT) AS basket,
    stock_code
FROM known_sales
WHERE net_quantity > 0
GROUP BY invoice, stock_code
ORDER BY invoice, stock_code
