-- The cleaned ledger as it was known on a day: nothing from that day on, and netted only of cancellations known then.
-- Reads: product_lines (clean lines before the day), net_quantities.
SELECT
    -- First, so that they hold even if the lines bring what was left of them as of another day.
    coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) AS net_quantity,
    coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) * line.unit_price
        AS net_amount,
    line.*
FROM product_lines AS line
LEFT JOIN net_quantities AS net ON line.load_id = net.load_id AND line.line_number = net.line_number
