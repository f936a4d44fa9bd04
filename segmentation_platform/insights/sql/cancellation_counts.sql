-- What was sold and what was cancelled, in all and by each kind of subject. Reads: insight_lines.
-- Cancellations are counted as written, on the day on which they were made. A sale line of a known customer is taken
-- back when netting finds a later cancellation of some of it; guests' cancellations can't be matched with their sales.
WITH counted AS (
    SELECT
        CASE
            WHEN GROUPING(buyers) = 0 THEN 'buyers'
            WHEN GROUPING(period) = 0 THEN 'month'
            WHEN GROUPING(segment) = 0 THEN 'segment'
            WHEN GROUPING(category) = 0 THEN 'category'
            WHEN GROUPING(stock_code) = 0 THEN 'product'
            WHEN GROUPING(region) = 0 THEN 'region'
            WHEN GROUPING(country) = 0 THEN 'country'
            ELSE 'all'
        END AS subject_kind,
        CASE
            WHEN GROUPING(buyers) = 0 THEN buyers
            WHEN GROUPING(period) = 0 THEN CAST(period AS VARCHAR)
            WHEN GROUPING(segment) = 0 THEN segment
            WHEN GROUPING(category) = 0 THEN category
            WHEN GROUPING(stock_code) = 0 THEN stock_code
            WHEN GROUPING(region) = 0 THEN region
            WHEN GROUPING(country) = 0 THEN country
            ELSE 'all'
        END AS subject,
        CAST(SUM(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS INTEGER) AS lines_sold,
        CAST(SUM(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS INTEGER) AS lines_cancelled,
        round(SUM(CASE WHEN status = 'completed' THEN units ELSE 0 END), 6) AS units_sold,
        round(SUM(CASE WHEN status = 'cancelled' THEN units ELSE 0 END), 6) AS units_cancelled,
        round(SUM(CASE WHEN status = 'completed' THEN money ELSE 0 END), 6) AS money_sold,
        round(SUM(CASE WHEN status = 'cancelled' THEN money ELSE 0 END), 6) AS money_cancelled,
        CAST(SUM(CASE WHEN status = 'completed' AND customer_id IS NOT NULL THEN 1 ELSE 0 END) AS INTEGER)
            AS customer_lines,
        CAST(SUM(CASE
            WHEN status = 'completed' AND customer_id IS NOT NULL AND net_quantity < units - 0.000001 THEN 1 ELSE 0
        END) AS INTEGER) AS lines_taken_back
    FROM insight_lines
    GROUP BY GROUPING SETS (
        (), (buyers), (period), (segment), (category), (stock_code), (region), (country)
    )
)
SELECT * FROM counted WHERE subject IS NOT NULL AND (lines_sold > 0 OR lines_cancelled > 0)
