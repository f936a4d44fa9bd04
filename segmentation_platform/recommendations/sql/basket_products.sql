-- Which product is in which basket, guests' baskets included: one row per invoice and product of which something
-- was kept, with the money of what was kept, and the number of the customer, -1 for guests.
-- Reads: known_sales. An invoice is its number; numbers of baskets and customers mean nothing else.
WITH kept AS (
    SELECT
        invoice,
        stock_code,
        MIN(customer_id) AS customer_id,
        -- Rounded: threads add in any order, and equal inputs shall give equal lists.
        round(CAST(SUM(net_amount) AS DOUBLE), 6) AS amount
    FROM known_sales
    WHERE net_quantity > 0
    GROUP BY invoice, stock_code
), invoices AS (
    SELECT invoice, MIN(customer_id) AS customer_id, ROW_NUMBER() OVER (ORDER BY invoice) - 1 AS basket
    FROM kept
    GROUP BY invoice
), customers AS (
    SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS customer
    FROM invoices
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
)
SELECT
    CAST(invoices.basket AS BIGINT) AS basket,
    kept.stock_code,
    kept.amount,
    CAST(coalesce(customers.customer, -1) AS BIGINT) AS customer
FROM kept
JOIN invoices ON kept.invoice = invoices.invoice
LEFT JOIN customers ON invoices.customer_id = customers.customer_id
ORDER BY invoices.basket, kept.stock_code
