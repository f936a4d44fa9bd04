-- Money ordered on every day, in all and by buyers, category and region. Reads: insight_lines.
-- Cancellations are not taken off: the last weeks have had less time for them.
SELECT
    sold_on,
    CASE
        WHEN GROUPING(buyers) = 0 THEN 'buyers'
        WHEN GROUPING(category) = 0 THEN 'category'
        WHEN GROUPING(region) = 0 THEN 'region'
        ELSE 'all'
    END AS subject_kind,
    coalesce(buyers, category, region, 'all') AS subject,
    -- Rounded far below the cent: the order in which an engine adds must not show.
    round(SUM(money), 6) AS sales
FROM insight_lines
WHERE status = 'completed'
GROUP BY GROUPING SETS ((sold_on), (sold_on, buyers), (sold_on, category), (sold_on, region))
