-- Money spent by every customer in some days, cancelled later or not. Reads: clean_sales. Parameters: start, until.
SELECT customer_id, round(SUM(quantity * unit_price), 2) AS spent
FROM clean_sales
WHERE customer_id IS NOT NULL AND status = 'completed' AND sold_at >= $start AND sold_at < $until
GROUP BY customer_id
