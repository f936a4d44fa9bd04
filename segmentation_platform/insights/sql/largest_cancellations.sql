-- The money of the two largest cancellation invoices of every subject. Reads: insight_lines.
WITH kinds AS (
    SELECT 'all' AS subject_kind
    UNION ALL SELECT 'buyers'
    UNION ALL SELECT 'month'
    UNION ALL SELECT 'segment'
    UNION ALL SELECT 'category'
    UNION ALL SELECT 'product'
    UNION ALL SELECT 'region'
    UNION ALL SELECT 'country'
), told AS (
    SELECT
        kinds.subject_kind,
        CASE kinds.subject_kind
            WHEN 'buyers' THEN lines.buyers
            WHEN 'month' THEN CAST(lines.period AS VARCHAR)
            WHEN 'segment' THEN lines.segment
            WHEN 'category' THEN lines.category
            WHEN 'product' THEN lines.stock_code
            WHEN 'region' THEN lines.region
            WHEN 'country' THEN lines.country
            ELSE 'all'
        END AS subject,
        lines.invoice,
        lines.money
    FROM insight_lines AS lines
    CROSS JOIN kinds
    WHERE lines.status = 'cancelled'
), invoices AS (
    SELECT subject_kind, subject, invoice, round(SUM(money), 6) AS money
    FROM told
    WHERE subject IS NOT NULL
    GROUP BY subject_kind, subject, invoice
), ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY subject_kind, subject ORDER BY money DESC, invoice) AS place
    FROM invoices
)
SELECT subject_kind, subject, round(SUM(money), 6) AS largest
FROM ranked
WHERE place <= 2
GROUP BY subject_kind, subject
