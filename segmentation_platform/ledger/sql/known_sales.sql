-- The cleaned ledger as it was known on a day: nothing from that day on, and netted only of cancellations known then.
-- Reads: clean_sales, net_quantities (of the lines before the day). Parameter: as_of.
SELECT
    -- First, so that they hold even if the lines bring what was left of them as of another day.
    coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) AS net_quantity,
    coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) * line.unit_price
        AS net_amount,
    line.*
FROM clean_sales AS line
LEFT JOIN net_quantities AS net ON line.load_id = net.load_id AND line.line_number = net.line_number
WHERE line.sold_at < $as_of
