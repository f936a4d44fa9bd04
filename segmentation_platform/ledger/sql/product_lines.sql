-- The genuine lines, under their final names. Reads: classified_sales, order_discounts.
WITH paid AS (
    SELECT
        line.*,
        CASE
            WHEN is_cancellation THEN 0
            ELSE off_line + (units * price - off_line) * coalesce(order_discounts.share_off, 0)
        END AS taken_off
    FROM classified_sales AS line
    LEFT JOIN order_discounts ON line.invoice_number = order_discounts.invoice_number
    WHERE reason IS NULL
)
SELECT
    load_id,
    line_number,
    invoice_number AS invoice,
    CASE WHEN is_cancellation THEN 'cancelled' ELSE 'completed' END AS status,
    product_code AS stock_code,
    product_name AS description,
    nullif(trim(regexp_replace(coalesce(category, ''), '\s+', ' ', 'g')), '') AS own_category,
    sold_at,
    units AS quantity,
    CASE WHEN taken_off = 0 THEN price ELSE price - taken_off / units END AS unit_price,
    round(taken_off, 6) AS discount,
    known_customer AS customer_id,
    coalesce(nullif(country_name, ''), 'Unspecified') AS country,
    nullif(trim(regexp_replace(coalesce(order_channel, ''), '\s+', ' ', 'g')), '') AS channel,
    address_hash AS email_hash
FROM paid
WHERE is_cancellation OR taken_off < units * price
