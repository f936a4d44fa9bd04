-- The share of its products' money that comes off an order: its own discount, what was paid back of it, and its lines of discount.
-- Reads: classified_sales. One row per order that has any.
SELECT
    invoice_number,
    least(1, SUM(discount_lines + order_level) / SUM(products)) AS share_off
FROM (
    SELECT
        invoice_number,
        SUM(CASE WHEN reason IS NULL AND NOT is_cancellation THEN units * price - off_line ELSE 0 END) AS products,
        SUM(CASE WHEN reason = 'discount_line' THEN abs(units * price) ELSE 0 END) AS discount_lines,
        MAX(CASE WHEN reason IS NULL THEN abs(order_discount_value) + abs(order_refund_value) ELSE 0 END) AS order_level
    FROM classified_sales
    WHERE service_kind = 'discount' OR reason IS NULL
    GROUP BY invoice_number
)
WHERE products > 0 AND discount_lines + order_level > 0
GROUP BY invoice_number
