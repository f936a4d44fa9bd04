-- What stands on one line of an order only and holds for all of its lines. Reads: raw_sales.
-- Parameters: fill_date, fill_customer, fill_country, fill_status, fill_order_discount,
-- fill_order_refund, fill_currency, fill_channel, fill_email_hash, blanks.
SELECT
    trim(invoice, $blanks) AS order_number,
    CASE WHEN $fill_date THEN MAX(nullif(trim(invoice_date, $blanks), '')) END AS invoice_date,
    CASE WHEN $fill_customer THEN MAX(nullif(trim(customer_id, $blanks), '')) END AS customer_id,
    CASE WHEN $fill_country THEN MAX(nullif(trim(country, $blanks), '')) END AS country,
    CASE WHEN $fill_status THEN MAX(nullif(trim(status, $blanks), '')) END AS status,
    CASE WHEN $fill_order_discount THEN MAX(nullif(trim(order_discount, $blanks), '')) END AS order_discount,
    CASE WHEN $fill_order_refund THEN MAX(nullif(trim(order_refund, $blanks), '')) END AS order_refund,
    CASE WHEN $fill_currency THEN MAX(nullif(trim(currency, $blanks), '')) END AS currency,
    CASE WHEN $fill_channel THEN MAX(nullif(trim(channel, $blanks), '')) END AS channel,
    CASE WHEN $fill_email_hash THEN MAX(nullif(trim(email_hash, $blanks), '')) END AS email_hash
FROM raw_sales
WHERE
    trim(invoice, $blanks) <> ''
    AND (
        $fill_date OR $fill_customer OR $fill_country OR $fill_status OR $fill_order_discount OR $fill_order_refund
        OR $fill_currency OR $fill_channel OR $fill_email_hash
    )
GROUP BY trim(invoice, $blanks)
