-- Units of every sale line that no later cancellation takes back, last in first out, without a loop.
-- Reads: product_lines. One row per line of customers' products of which something was cancelled: all others keep their
-- units, and so do guests, whose lines can't be matched. They are most of a ledger, and sorting is what costs.
--
-- Per customer and product, in time order, with X the running sum of purchases (+) and cancellations (-), the
-- stack of units still held is S = X - min(0, running minimum of X): a cancellation of more than is held empties
-- it. What remains of purchase i is what the stack never falls below afterwards:
-- clip(min over later t of S_t - S_(i-1), 0, q_i).
WITH cancelled AS (
    SELECT DISTINCT customer_id, stock_code FROM product_lines
    WHERE status = 'cancelled' AND customer_id IS NOT NULL
), events AS (
    SELECT
        line.load_id,
        line.line_number,
        line.customer_id,
        line.stock_code,
        line.sold_at,
        CASE WHEN line.status = 'cancelled' THEN -abs(line.quantity) ELSE line.quantity END AS change
    FROM product_lines AS line
    JOIN cancelled ON line.customer_id = cancelled.customer_id AND line.stock_code = cancelled.stock_code
), running AS (
    SELECT
        *,
        SUM(change) OVER (
            PARTITION BY customer_id, stock_code ORDER BY sold_at, load_id, line_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS total
    FROM events
), stacks AS (
    SELECT
        *,
        total - least(0, MIN(total) OVER (
            PARTITION BY customer_id, stock_code ORDER BY sold_at, load_id, line_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )) AS held
    FROM running
), lowest AS (
    SELECT
        *,
        coalesce(LAG(held) OVER (
            PARTITION BY customer_id, stock_code ORDER BY sold_at, load_id, line_number
        ), 0) AS held_before,
        MIN(held) OVER (
            PARTITION BY customer_id, stock_code ORDER BY sold_at, load_id, line_number
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS lowest_held
    FROM stacks
)
SELECT
    load_id,
    line_number,
    -- Rounded so that 0.3 - 0.1 - 0.2 is nothing, not a crumb.
    CASE WHEN change < 0 THEN 0 ELSE round(greatest(0, least(change, lowest_held - held_before)), 6) END
        AS net_quantity
FROM lowest
