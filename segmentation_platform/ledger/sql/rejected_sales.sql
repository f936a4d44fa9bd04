-- The lines that are not genuine, with their reason and their text as it stood. Reads: classified_sales.
SELECT
    load_id,
    line_number,
    reason,
    coalesce(units * price, 0) AS amount,
    invoice,
    stock_code,
    description,
    quantity,
    invoice_date,
    unit_price,
    customer_id,
    country
FROM classified_sales
WHERE reason IS NOT NULL
