-- Who of the customers that first bought in a month bought again in which month. Reads: insight_lines.
-- A purchase counts when something of it was kept.
WITH purchases AS (
    SELECT customer_id, period, net_amount FROM insight_lines WHERE customer_id IS NOT NULL AND net_quantity > 0
), cohorts AS (
    SELECT customer_id, MIN(period) AS cohort FROM purchases GROUP BY customer_id
)
SELECT
    cohorts.cohort,
    purchases.period,
    CAST(COUNT(DISTINCT purchases.customer_id) AS INTEGER) AS active_customers,
    round(SUM(purchases.net_amount), 6) AS revenue
FROM purchases
JOIN cohorts ON purchases.customer_id = cohorts.customer_id
GROUP BY cohorts.cohort, purchases.period
