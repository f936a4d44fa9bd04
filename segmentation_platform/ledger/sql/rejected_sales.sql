-- The lines that are not genuine, with their reason and their text as it stood; and those of which nothing was paid
-- once discounts are off. Reads: classified_sales, order_discounts.
SELECT
    load_id,
    line_number,
    coalesce(reason, 'nothing_paid') AS reason,
    coalesce(units * price, 0) AS amount,
    invoice,
    stock_code,
    description,
    quantity,
    invoice_date,
    unit_price,
    customer_id,
    country,
    status,
    line_total,
    discount,
    order_discount,
    order_refund,
    currency,
    category,
    channel,
    email_hash
FROM classified_sales AS line
LEFT JOIN order_discounts ON line.invoice_number = order_discounts.invoice_number
WHERE
    reason IS NOT NULL
    OR (
        NOT is_cancellation
        AND off_line + (units * price - off_line) * coalesce(order_discounts.share_off, 0) >= units * price
    )
